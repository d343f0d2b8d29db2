import type { UpOptions } from '../front/up-options';
import type { DataFacts } from '../front/data-facts';
import type { ModelChoice } from '../front/find-model';
import type { BegunRun } from '../front/run-record';
import { PAPER_LIMITS } from '@trading/service-risk-manager';
import type { SimulatorConfigInput } from '@trading/service-terminal-simulator';
import { join } from 'node:path';
import type { Secrets } from './secrets';
import type { ServiceConfigs } from './services';

/** The server's name that the simulated terminal reports. */
const SERVER = 'Simulator';
/** Name by which the simulated terminal means its key. */
export const TERMINAL_KEY_ID = 'simulator';
const SIGNING_KEY_ID = 'standalone';
const STAGES = ['prediction/*', 'decision', 'execution', 'risk-manager'];

export interface SystemFacts {
  readonly options: UpOptions;
  readonly data: DataFacts;
  readonly model: ModelChoice | undefined;
  readonly run: BegunRun;
  readonly fingerprint: string;
  readonly secrets: Secrets;
  readonly tradeFromUs: number;
}

/** What the six services are told in a paper run. */
export function serviceConfigs(facts: SystemFacts, terminalPort: number): ServiceConfigs {
  const { options, data, model, run, secrets } = facts;
  const { accountId } = run;
  const series = { symbol: options.symbol, timeframe: data.timeframe };
  const gateway = {
    terminalHost: '127.0.0.1',
    terminalKeys: { [TERMINAL_KEY_ID]: secrets.terminalKey },
    tradingMode: 'paper',
    approvalKeys: { [SIGNING_KEY_ID]: secrets.publicKey },
    stages: STAGES,
    checkpointEveryMs: 1_000,
    heartbeatMs: 1_000,
    commandTimeoutMs: 10_000,
  } as const;
  return {
    runId: run.runId,
    mt4: { ...gateway, gatewayId: 'mt4-1', platform: 'MT4', terminalPort: 0, accounts: [], subscriptions: [] },
    mt5: {
      ...gateway,
      gatewayId: 'mt5-1',
      platform: 'MT5',
      terminalPort,
      accounts: [{ accountId, login: accountId, server: SERVER, live: false }],
      subscriptions: [series],
    },
    prediction: {
      series: [{ ...series, ...(model === undefined ? {} : { model: { name: model.name, version: model.version } }) }],
    },
    decision: {
      runId: run.runId,
      strategies: [
        {
          strategyId: options.strategy,
          name: options.strategy,
          parameters: options.strategyParams,
          ...series,
          accountId,
          legs: [{ accountId, share: '1' }],
          tradeFromUs: facts.tradeFromUs,
        },
      ],
    },
    riskManager: {
      signingKey: secrets.signingKey,
      signingKeyId: SIGNING_KEY_ID,
      defaultLimits: PAPER_LIMITS,
      enableOnCreation: [
        { accountId, ...(run.previous === undefined ? {} : { unlessHalted: run.previous.accountId }) },
      ],
      tradingMode: 'paper',
    },
  };
}

/** What the terminal simulator and its broker are told. */
export function simulatorConfig(facts: SystemFacts, terminalPort: number): SimulatorConfigInput {
  const { options, data, run, secrets } = facts;
  return {
    gateway: { host: '127.0.0.1', port: terminalPort },
    keyId: TERMINAL_KEY_ID,
    keyFile: secrets.terminalKeyFile,
    stateFolder: join(options.dataDir, 'terminal', run.runId),
    fingerprint: facts.fingerprint,
    login: run.accountId,
    server: SERVER,
    deposit: options.balance,
    leverage: options.leverage,
    commissionPerLot: options.commission,
    slippagePoints: options.slippage,
    expiry: 'arrival',
    feeds: [
      {
        symbol: options.symbol,
        files: data.files.map((file) => file.path),
        ...(options.tz === undefined ? {} : { zone: options.tz }),
        onBadRow: options.onBadRow,
        ...(data.fileTimeframe === undefined ? {} : { timeframe: data.fileTimeframe }),
        instrument: { digits: data.instrument.digits },
        spreadPoints: data.spreadPoints ?? 0,
        path: options.path,
      },
    ],
    speed: options.speed,
    seed: options.seed,
  };
}
