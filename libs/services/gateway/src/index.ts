/**
 * The door to MetaTrader terminals, for both platforms: sessions over TCP, events out, approved commands in. It may
 * use the kernels, the platform and the contracts; what it lets through, risk-manager has signed. Start with `terminal-session.ts`
 * (what a terminal says) and `command-sender.ts` (what it is told); `resume-plan.ts`, `fencing.ts` and `flattener.ts` say
 * what survives a crash, `account-line.ts` and `paper-line.ts` what stands between a terminal and its session.
 */
export {
  accountRegistrationSchema,
  GATEWAY_CONFIG,
  type AccountRegistration,
  type GatewayConfig,
} from './lib/gateway-config';
export { GATEWAY_MIGRATIONS } from './lib/gateway-migrations';
export { gatewayConfigOf, gatewayVariables, missingOfGateway, type GatewayVariables } from './lib/gateway-variables';
export { GatewayLifecycle, MT4_GATEWAY_SERVICE, MT5_GATEWAY_SERVICE } from './lib/gateway.module';
export { fuzzTerminalPeer, type FuzzCounts, type FuzzTarget } from './testing/fuzz-terminal-peer';
