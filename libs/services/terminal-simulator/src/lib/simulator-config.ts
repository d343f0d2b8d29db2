import { parseZone } from '@trading/trading-market';
import { z } from 'zod';
import { feedsConfigSchema } from './feed-config';
import { faultPlanSchema } from './fault-rule';
import { SimulatorError } from './simulator-errors';

const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'expected a decimal number as a string, such as "10000"');
const count = z.number().int().min(0);
const name = z.string().min(1);

const fields = z.strictObject({
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
  platform: z.enum(['MT4', 'MT5']).default('MT5'),
  /** NETTING when absent; MT4 knows HEDGING only. */
  marginMode: z.enum(['NETTING', 'HEDGING']).optional(),
  deposit: decimal.default('10000'),
  leverage: z.number().int().min(1).default(30),
  /** Account currency per lot and deal. */
  commissionPerLot: decimal.default('0'),
  slippagePoints: z.number().min(0).default(0),
  latencyUs: count.default(0),
  /** Lots that a quote offers on either side; absent: any volume. Fills are in parts, which MT4 does not know. */
  fillVolumePerTick: decimal.optional(),
  /** What fills a limit order: the opposite price goes through it, or a touch is enough. */
  limitFill: z.enum(['through', 'touch']).default('through'),
  /** Zone of the broker's server, such as `ny+7`: of sessions, trading days, and its own time in account messages. */
  brokerZone: z
    .string()
    .refine((text) => parseZone(text) !== undefined, 'expected a time zone such as UTC, Europe/Athens or ny+7')
    .optional(),
  /** Minute of the server's day at which swaps are due and DAY orders expire. */
  rolloverMinute: z.number().int().min(0).max(1439).default(0),
  /** Equity in percent of the margin; absent: never. */
  marginCallLevelPct: z.number().positive().optional(),
  stopOutLevelPct: z.number().positive().optional(),
  /** What `notAfter` of an order bounds: its fill, or its arrival at the broker. */
  expiry: z.enum(['fill', 'arrival']).default('fill'),

  /** The symbols that are played, as one account: merged by time, at equal times in this order. */
  feeds: feedsConfigSchema,

  /**
   * Simulated time: the gateway says when it goes on. `false`: as live, ticks come at `speed` whether or not anybody
   * keeps up, and a slow reader gets the newest ones only (at `max` none is left out: the reader sets the speed).
   */
  lockstep: z.boolean().default(true),
  /** `max`, `realtime`, or how many times as fast as real time. */
  speed: z.union([z.enum(['max', 'realtime']), z.number().positive()]).default('max'),
  /** Of the jitter between attempts to connect. */
  seed: z.number().int().default(42),
  /** The longest first wait before it connects again. */
  reconnectMs: z.number().int().min(1).default(500),
  /** What goes wrong on purpose. */
  faults: faultPlanSchema.prefault({}),
  ticksPerFrame: z.number().int().min(1).max(5000).default(1000),
  /** Ends by itself after so long without a gateway. */
  lonelyExitMinutes: z.number().positive().default(15),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

/** Everything that a simulated terminal is told; the program reads it as JSON. */
export const simulatorConfigSchema = fields.superRefine((config, context) => {
  const refuse = (field: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [field], message });
  };
  if (config.platform === 'MT4' && config.marginMode === 'NETTING') refuse('marginMode', 'MT4 knows HEDGING only');
  if (config.platform === 'MT4' && config.fillVolumePerTick !== undefined) {
    refuse('fillVolumePerTick', 'MT4 fills whole orders only');
  }
  const losesJournal = config.faults.rules.some((rule) => rule.kind === 'restart' && rule.journal === 'lost');
  if (config.lockstep && losesJournal) refuse('faults', 'simulated time cannot go on without the journal');
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
