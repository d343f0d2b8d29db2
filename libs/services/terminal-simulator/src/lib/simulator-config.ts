import { z } from 'zod';
import { feedsConfigSchema } from './feed-config';
import { SimulatorError } from './simulator-errors';

const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'expected a decimal number as a string, such as "10000"');
const count = z.number().int().min(0);
const name = z.string().min(1);

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
