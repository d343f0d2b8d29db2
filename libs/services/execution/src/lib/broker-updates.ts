import { common, type gateway } from '@trading/contracts';
import { isTerminal, type OrderChanges } from '@trading/trading-orders';
import { causeOf, foreignOrderCoid, type FindOrder } from './broker-happenings';
import type { CommandChanges, OrderCommand } from './order-command';
import { requestOf, type Happening, type OrderRecord } from './order-record';

/** What the terminal's word on a modification or a cancel means. */
export interface CommandAnswer {
  readonly happenings: readonly Happening[];
  /** The command as it is now; undefined: its outcome is still not known. */
  readonly command: OrderCommand | undefined;
}

/** The final word on a modification or a cancel of an order, or on the stops of a position. */
export async function answerOfCommand(
  event: gateway.TradeEvent,
  result: gateway.CommandResult,
  command: OrderCommand,
  find: FindOrder,
): Promise<CommandAnswer> {
  // Repeated under the same request id it will tell what became of it.
  if (result.status === 'UNKNOWN') return { happenings: [], command: undefined };
  const isRefused = result.status === 'REJECTED';
  const [code, message] = [String(result.retcode), result.message];
  const answered: OrderCommand = { ...command, state: isRefused ? 'REFUSED' : 'DONE', code, message };
  if (command.positionKey !== '') return { happenings: [], command: answered };
  const record = await find(command.coid);
  if (record === undefined || isTerminal(record.view.state)) return { happenings: [], command: answered };
  const base = { coid: command.coid, cause: causeOf(event) };
  const { timeUs } = event;
  const { verb } = command;
  if (isRefused) {
    const kind = verb === 'modify' ? 'MODIFY_REFUSED' : 'CANCEL_REFUSED';
    return { happenings: [{ ...base, event: { kind, timeUs, code, message } }], command: answered };
  }
  if (verb === 'cancel') {
    const why = result.message === '' ? 'Canceled.' : result.message;
    return { happenings: [{ ...base, event: { kind: 'CANCELED', timeUs, code, message: why } }], command: answered };
  }
  // The broker's own word on the order has come first.
  if (record.view.pendingCommand !== 'modify') return { happenings: [], command: answered };
  return {
    happenings: [{ ...base, event: { kind: 'MODIFIED', timeUs, changes: changesOf(command.changes) } }],
    command: answered,
  };
}

/** What the broker says that it holds of an order, and nothing where that is known. */
export async function happeningsOfUpdate(
  event: gateway.TradeEvent,
  update: gateway.OrderUpdate,
  find: FindOrder,
): Promise<Happening[]> {
  const { accountId } = event;
  const coid = update.coid === '' ? foreignOrderCoid(accountId, update.ticket) : update.coid;
  const record = await find(coid);
  if (record === undefined) {
    const isTheirs = update.origin === common.Origin.EXTERNAL && update.state === 'ORDER_UPDATE_STATE_PLACED';
    return isTheirs ? placedByHand(event, update, coid) : [];
  }
  const { state } = record.view;
  if (isTerminal(state)) return [];
  const base = { coid, cause: causeOf(event) };
  const timeUs = update.timeUs > 0 ? update.timeUs : event.timeUs;
  const ticket = update.ticket === '' ? {} : { brokerTicket: update.ticket };
  switch (update.state) {
    case 'ORDER_UPDATE_STATE_PLACED':
      if (state !== 'SUBMITTED' && state !== 'UNKNOWN') return [];
      return [{ ...base, event: { kind: 'ACCEPTED', timeUs, ...ticket } }];
    case 'ORDER_UPDATE_STATE_MODIFIED': {
      const first: Happening[] =
        state === 'SUBMITTED' ? [{ ...base, event: { kind: 'ACCEPTED', timeUs, ...ticket } }] : [];
      const changes = changesTo(record, update);
      if (changes === undefined && record.view.pendingCommand !== 'modify') return first;
      return [...first, { ...base, event: { kind: 'MODIFIED', timeUs, ...ticket, changes: changes ?? {} } }];
    }
    case 'ORDER_UPDATE_STATE_CANCELED':
    case 'ORDER_UPDATE_STATE_EXPIRED': {
      const kind = update.state === 'ORDER_UPDATE_STATE_CANCELED' ? 'CANCELED' : 'EXPIRED';
      return [{ ...base, event: { kind, timeUs, ...ticket, message: update.reason } }];
    }
    case 'ORDER_UPDATE_STATE_REJECTED':
      if (record.view.filledLots.gt(0)) return [];
      return [
        { ...base, event: { kind: 'REJECTED', timeUs, ...ticket, code: 'BROKER_REJECTED', message: update.reason } },
      ];
    default:
      return [];
  }
}

/** A human's order in the terminal: followed like ours from here on. */
function placedByHand(event: gateway.TradeEvent, update: gateway.OrderUpdate, coid: string): Happening[] {
  const { accountId, timeUs } = event;
  const request = common.OrderRequest.fromPartial({
    coid,
    accountId,
    symbol: update.symbol,
    side: update.side,
    type: update.type,
    volumeLots: update.volumeLots,
    price: textOf(update.price),
    stopLimitPrice: textOf(update.stopLimitPrice),
    stopLoss: textOf(update.stopLoss),
    takeProfit: textOf(update.takeProfit),
    timeInForce: update.expiresUs > 0 ? common.TimeInForce.GTD : common.TimeInForce.GTC,
    expiresUs: update.expiresUs > 0 ? update.expiresUs : undefined,
    origin: common.Origin.EXTERNAL,
    magic: update.magic,
    comment: update.comment,
  });
  const base = { coid, cause: causeOf(event) };
  return [
    {
      ...base,
      request,
      facts: { barrier: event.barrier },
      event: { kind: 'INITIALIZED', timeUs, request: requestOf(request) },
    },
    { ...base, event: { kind: 'SUBMITTED', timeUs } },
    { ...base, event: { kind: 'ACCEPTED', timeUs, brokerTicket: update.ticket } },
  ];
}

/** What the broker's order differs in; undefined: nothing. Texts of one number may have more or fewer zeros. */
function changesTo({ view: { request } }: OrderRecord, update: gateway.OrderUpdate): OrderChanges | undefined {
  const changes: Record<string, string | number> = {};
  for (const name of ['price', 'stopLimitPrice', 'stopLoss', 'takeProfit'] as const) {
    const [ours, theirs] = [request[name] ?? '', update[name]];
    // A market order's price is none that anybody asked for.
    if (name === 'price' && request.type === 'MARKET') continue;
    if (ours !== theirs && Number(ours) !== Number(theirs)) changes[name] = theirs;
  }
  // The broker may say when the day of a DAY order ends.
  if (request.timeInForce !== 'DAY' && (request.expiresUs ?? 0) !== update.expiresUs)
    changes['expiresUs'] = update.expiresUs;
  return Object.keys(changes).length === 0 ? undefined : changes;
}

/** A command's changes as the kernel takes them. */
export function changesOf(changes: CommandChanges): OrderChanges {
  return { ...changes };
}

const textOf = (text: string): string | undefined => (text === '' ? undefined : text);
