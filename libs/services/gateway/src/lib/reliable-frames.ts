import { terminal, type gateway } from '@trading/contracts';
import { bodyOf } from './peer-fault';
import { cashOf, dealOf, orderUpdateOf, positionUpdateOf, resultOf, type SymbolOf } from './wire';

/** A reliable frame as the bus carries it. */
export interface Reliable {
  readonly body: NonNullable<gateway.TradeEvent['body']>;
  /** Empty: of no order of ours. */
  readonly coid: string;
  readonly timeUs: number;
}

type Reader = (message: terminal.Envelope, symbolOf: SymbolOf) => Reliable;

const READERS: Readonly<Record<string, Reader>> = {
  'cmd.result': (message) => {
    const frame = bodyOf(terminal.cmdResultSchema, message);
    return { body: { $case: 'result', value: resultOf(frame) }, coid: frame.coid, timeUs: frame.time };
  },
  'trade.event': (message, symbolOf) => {
    const frame = bodyOf(terminal.tradeEventSchema, message);
    return { body: { $case: 'deal', value: dealOf(frame, symbolOf) }, coid: frame.coid, timeUs: frame.time };
  },
  'order.event': (message, symbolOf) => {
    const frame = bodyOf(terminal.orderEventSchema, message);
    return { body: { $case: 'order', value: orderUpdateOf(frame, symbolOf) }, coid: frame.coid, timeUs: frame.time };
  },
  'position.event': (message, symbolOf) => {
    const frame = bodyOf(terminal.positionEventSchema, message);
    return { body: { $case: 'position', value: positionUpdateOf(frame, symbolOf) }, coid: '', timeUs: frame.time };
  },
  'cash.event': (message) => {
    const frame = bodyOf(terminal.cashEventSchema, message);
    return { body: { $case: 'cash', value: cashOf(frame) }, coid: '', timeUs: frame.time };
  },
};

/** Whether frames of a type are in the terminal's sequence. */
export const isReliable = (type: string): boolean => Object.hasOwn(READERS, type);

/** Reads a reliable frame. Throws `PeerFault`. */
export function reliableOf(message: terminal.Envelope, symbolOf: SymbolOf): Reliable {
  const read = READERS[message.t];
  if (read === undefined) throw new TypeError('The frame is not of a reliable type.');
  return read(message, symbolOf);
}
