import { common } from '@trading/contracts';
import { UsageError } from '../cli/cli-error';
import type { OptionTable, OptionValues } from '../cli/command';

/** Options of `./trade order` about the order itself. */
export const ORDER_OPTIONS: OptionTable = {
  account: { type: 'string', value: 'ACCOUNT', about: 'Whose (default: the only one that is traded)' },
  type: { type: 'string', value: 'TYPE', about: 'submit: market (default), limit, stop or stop-limit' },
  price: { type: 'string', value: 'PRICE', about: 'Of a limit, stop or stop-limit order' },
  'stop-limit': { type: 'string', value: 'PRICE', about: 'The limit that a stop-limit order becomes' },
  sl: { type: 'string', value: 'PRICE', about: 'Stop loss; `none` takes it away' },
  tp: { type: 'string', value: 'PRICE', about: 'Take profit; `none` takes it away' },
  tif: {
    type: 'string',
    value: 'TIF',
    about: 'submit: GTC, DAY, GTD, IOC or FOK (default IOC at the market, else GTC)',
  },
  expires: { type: 'string', value: 'TIME', about: 'Of GTD, such as 2026-03-02T17:00Z' },
  oco: { type: 'string', value: 'GROUP', about: 'submit: orders of one group cancel each other' },
  'reduce-only': { type: 'boolean', about: 'submit: may only bring the position nearer to zero' },
  position: { type: 'string', value: 'ID', about: 'modify: the position whose stops move; submit: the one it closes' },
  volume: { type: 'string', value: 'LOTS', about: 'close: a part (default: all)' },
  by: { type: 'string', value: 'ID', about: 'close: the opposite position to close it with (hedging accounts)' },
  reason: { type: 'string', value: 'TEXT', about: 'Kept with the order' },
  'request-id': { type: 'string', value: 'ID', about: 'Of the request that is repeated (default: a new one)' },
};

const DECIMAL = /^\d+(\.\d+)?$/;

/** A positive decimal number as it was written; undefined when the option is not there. */
export function decimalOption(options: OptionValues, name: string): string | undefined {
  const text = options.text(name);
  if (text === undefined) return undefined;
  return decimalWord(text, `--${name}`);
}

export function decimalWord(text: string, what: string): string {
  if (!DECIMAL.test(text) || Number(text) === 0)
    throw new UsageError(`${what} takes a positive number such as 1.0875, not ${text}.`);
  return text;
}

/** The same, with `none` for taking it away (empty). */
export function levelOption(options: OptionValues, name: string): string | undefined {
  return options.text(name) === 'none' ? '' : decimalOption(options, name);
}

/** UTC microseconds of a time with its zone. */
export function timeOption(options: OptionValues, name: string): number | undefined {
  const text = options.text(name);
  if (text === undefined) return undefined;
  const ms = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms))
    throw new UsageError(`--${name} takes a time with its zone, such as 2026-03-02T17:00Z, not ${text}.`);
  return ms * 1000;
}

export function sideWord(text: string | undefined): common.Side {
  const side = { buy: common.Side.BUY, sell: common.Side.SELL }[text?.toLowerCase() ?? ''];
  if (side === undefined) throw new UsageError('Say buy or sell: ./trade order submit EURUSD buy 0.10.');
  return side;
}

export function typeOption(options: OptionValues): common.OrderType {
  const { MARKET, LIMIT, STOP, STOP_LIMIT } = common.OrderType;
  const text = options.text('type') ?? 'market';
  const type = { market: MARKET, limit: LIMIT, stop: STOP, 'stop-limit': STOP_LIMIT }[text.toLowerCase()];
  if (type === undefined) throw new UsageError(`--type takes market, limit, stop or stop-limit, not ${text}.`);
  return type;
}

export function timeInForceOption(options: OptionValues, type: common.OrderType): common.TimeInForce {
  const { GTC, DAY, GTD, IOC, FOK } = common.TimeInForce;
  const text = options.text('tif');
  if (text === undefined) {
    if (options.text('expires') !== undefined) return GTD;
    return type === common.OrderType.MARKET ? IOC : GTC;
  }
  const tif = { gtc: GTC, day: DAY, gtd: GTD, ioc: IOC, fok: FOK }[text.toLowerCase()];
  if (tif === undefined) throw new UsageError(`--tif takes GTC, DAY, GTD, IOC or FOK, not ${text}.`);
  return tif;
}
