/**
 * Orders, fills, positions and cash: the only writer of an account's books. It may use the kernels, the platform and
 * the contracts; it reaches risk-manager and the gateway through their client interfaces. Start with
 * `execution-stage.ts` (what the terminal reports) and `submit-order.ts` (what is wanted of it).
 */
export { EXECUTION_CONFIG, EXECUTION_PEERS, type ExecutionConfig } from './lib/execution-config';
export { FORWARDED, type ExecutionClientMaker } from './lib/forwarding';
export { EXECUTION_MIGRATIONS } from './lib/execution-migrations';
export { EXECUTION_SERVICE } from './lib/execution.module';
