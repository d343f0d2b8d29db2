import { parseZone, PATH_MODELS, TIMEFRAMES, type Instrument } from '@trading/trading-market';
import { z } from 'zod';
import { SimulatorError } from './simulator-errors';

const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'expected a decimal number as a string, such as "10000"');
const count = z.number().int().min(0);
const name = z.string().min(1);

const instrumentOverrides = z
  .strictObject({
    brokerSymbol: name,
    digits: count.max(10),
    tickSize: decimal,
    tickValue: z.union([decimal, z.literal('')]),
    contractSize: decimal,
    volumeMin: decimal,
    volumeMax: decimal,
    volumeStep: decimal,
    stopsLevelPoints: count,
    freezeLevelPoints: count,
    baseCurrency: name,
    profitCurrency: name,
    marginCurrency: name,
    marginRate: decimal,
    fillingModes: z.array(z.enum(['FOK', 'IOC', 'RETURN'])).min(1),
    executionMode: z.enum(['INSTANT', 'REQUEST', 'MARKET', 'EXCHANGE']),
    stopsOnOpen: z.enum(['WITH', 'AFTER']),
  } satisfies Partial<Record<keyof Instrument, z.ZodType>>)
  .partial();

/** Everything that a simulated terminal is told; the program reads it as JSON. */
export const simulatorConfigSchema = z.strictObject({
  gateway: z.strictObject({ host: name.default('127.0.0.1'), port: z.number().int().min(1).max(65535) }),
  keyId: name.default('simulator'),
  /** File with the shared secret, see {@link readTerminalKey}. */
  keyFile: name,
  /** Folder of the journal and the pid file; made when missing. */
  stateFolder: name,
  /** Digest of data and options: a journal of another one is refused. */
  fingerprint: name,

  login: name.default('PAPER-1'),
  server: name.default('Simulator'),
  company: name.default('Terminal Simulator'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'expected a currency such as "USD"')
    .default('USD'),
  deposit: decimal.default('10000'),
  leverage: z.number().int().min(1).default(30),
  /** Account currency per lot and deal. */
  commissionPerLot: decimal.default('0'),
  slippagePoints: z.number().min(0).default(0),
  latencyUs: count.default(0),
  /** What `notAfter` of an order bounds: its fill, or its arrival at the broker. */
  expiry: z.enum(['fill', 'arrival']).default('fill'),

  /** CSV files of one symbol, plain or gzip; played in order of their times. */
  files: z.array(name).min(1),
  /** Of times in the files that name none: `UTC`, an IANA name, `ny+7`. */
  zone: z
    .string()
    .refine((text) => parseZone(text) !== undefined, 'expected a time zone such as UTC, Europe/Athens or ny+7')
    .optional(),
  onBadRow: z.enum(['fail', 'skip']).default('fail'),
  symbol: name,
  /** Of files of bars; told from their spacing when absent. */
  timeframe: z.enum(TIMEFRAMES as [string, ...string[]]).optional(),
  instrument: instrumentOverrides.default({}),
  /** Between bid and ask of bar files that have one price. */
  spreadPoints: z.number().min(0).default(0),
  path: z.enum(PATH_MODELS as [string, ...string[]]).default('worst'),

  /** `max`, `realtime`, or how many times as fast as real time. */
  speed: z.union([z.enum(['max', 'realtime']), z.number().positive()]).default('max'),
  /** Of the jitter between attempts to connect. */
  seed: z.number().int().default(42),
  ticksPerFrame: z.number().int().min(1).max(5000).default(1000),
  /** Ends by itself after so long without a gateway. */
  lonelyExitMinutes: z.number().positive().default(15),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

export type SimulatorConfig = z.infer<typeof simulatorConfigSchema>;
/** {@link SimulatorConfig} as it may be written: fields with defaults can be left out. */
export type SimulatorConfigInput = z.input<typeof simulatorConfigSchema>;

/**
 * Parses a configuration file's text.
 * @throws SimulatorError CONFIG_INVALID, listing every bad field
 */
export function parseSimulatorConfig(text: string): SimulatorConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SimulatorError('CONFIG_INVALID', 'The configuration is not JSON.', { cause });
  }
  const parsed = simulatorConfigSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || '(all)'}: ${issue.message}`);
  throw new SimulatorError('CONFIG_INVALID', `The configuration is not valid:\n${problems.join('\n')}`);
}
