import { parseZone, PATH_MODELS, TIMEFRAMES, type Instrument } from '@trading/trading-market';
import { z } from 'zod';

const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'expected a decimal number as a string, such as "10000"');
const signed = z.string().regex(/^-?\d+(\.\d+)?$/, 'expected a decimal number as a string, such as "-3.2"');
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
    /** Of the broker's week, see {@link Instrument}. */
    sessions: z.array(z.strictObject({ fromMinute: count.max(10_080), toMinute: count.max(10_080) })),
    tradable: z.boolean(),
    swapLong: signed,
    swapShort: signed,
    swapMode: z.enum(['points', 'currency', 'cash']),
    swapTripleWeekday: count.max(6),
  } satisfies Partial<Record<keyof Instrument, z.ZodType>>)
  .partial();

/** A symbol of the account and where its quotes come from. */
export const feedConfigSchema = z.strictObject({
  symbol: name,
  /** CSV files of the symbol, plain or gzip; played in order of their times. */
  files: z.array(name).min(1),
  /** Of times in the files that name none: `UTC`, an IANA name, `ny+7`. */
  zone: z
    .string()
    .refine((text) => parseZone(text) !== undefined, 'expected a time zone such as UTC, Europe/Athens or ny+7')
    .optional(),
  onBadRow: z.enum(['fail', 'skip']).default('fail'),
  /** Of files of bars; told from their spacing when absent. */
  timeframe: z.enum(TIMEFRAMES as [string, ...string[]]).optional(),
  instrument: instrumentOverrides.default({}),
  /** Between bid and ask of bar files that have one price. */
  spreadPoints: z.number().min(0).default(0),
  path: z.enum(PATH_MODELS as [string, ...string[]]).default('worst'),
});

export type FeedConfig = z.infer<typeof feedConfigSchema>;

/**
 * The symbols of an account. On the wire a symbol goes by the broker's name, and a gateway that does not know that one
 * yet takes it for ours: no name may stand for two symbols.
 */
export const feedsConfigSchema = z
  .array(feedConfigSchema)
  .min(1)
  .superRefine((feeds, context) => {
    const owners = new Map<string, number>();
    feeds.forEach(({ symbol, instrument }, index) => {
      for (const text of new Set([symbol, instrument.brokerSymbol ?? symbol])) {
        const owner = owners.get(text);
        if (owner !== undefined) {
          context.addIssue({ code: 'custom', path: [index, 'symbol'], message: `${text} names feed ${owner} already` });
        }
        owners.set(text, index);
      }
    });
  });
