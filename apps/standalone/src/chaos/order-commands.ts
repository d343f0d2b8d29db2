import { common, type execution, type ServiceClients } from '@trading/contracts';
import { operatorOrderId } from '@trading/trading-orders';
import { randomUUID } from 'node:crypto';
import { LIVE_SYMBOLS, type LiveAccount } from './live-accounts';
import type { Seeded } from './seeded';

/** What an operator sees of an account. */
export interface Market {
  readonly orders: readonly execution.Order[];
  readonly positions: readonly execution.Position[];
  readonly timeUs: number;
  readonly bids: Readonly<Record<string, number>>;
}

/** One command of an operator: given again it is the same one. */
export interface Command {
  readonly what: string;
  readonly accountId: string;
  /** Client order ids of the orders that it may lead to. */
  readonly coids: readonly string[];
  /** The id of a request to flatten. */
  readonly flatten?: string;
  /** @returns the client order ids of the orders that execution has now */
  carryOut(clients: ServiceClients): Promise<readonly string[]>;
}

type Wish = Partial<common.OrderRequest>;
type Draw = (account: LiveAccount, market: Market, random: Seeded) => Command | undefined;

const POINT = 1e-5;
const { BUY, SELL } = common.Side;
const { MARKET, LIMIT, STOP, STOP_LIMIT } = common.OrderType;
const { GTC, DAY, GTD, IOC } = common.TimeInForce;

const TRAILING = { distance: '0.00030', step: '0.00005', activation: '' };

/** Each as often as it stands here. */
const DRAWS: readonly Draw[] = [
  (...of) => submit('market', of, marketOrder(of)),
  (...of) => submit('bracket', of, bracket(of)),
  (...of) => submit('trailing', of, { ...marketOrder(of), trailingStop: TRAILING }),
  (...of) => submit('near pending', of, pendingOrder(of, 15)),
  (...of) => submit('near pending', of, pendingOrder(of, 15)),
  (...of) => submit('far pending', of, pendingOrder(of, 300)),
  (...of) => submit('expiring', of, { ...pendingOrder(of, 60), timeInForce: GTD, expiresUs: laterUs(of) }),
  (...of) => submit('of the day', of, { ...pendingOrder(of, 60), timeInForce: DAY }),
  (...of) => oneCancelsOther(of),
  (...of) => modify(of),
  (...of) => modify(of),
  (...of) => cancel(of),
  (...of) => cancel(of),
  (...of) => moveStops(of),
  (...of) => close(of),
  (...of) => close(of),
  (...of) => closeBy(of),
  (...of) => closeBy(of),
];
/** Of all commands: everything is closed at once, and the account is halted for a moment. */
const RARE: readonly Draw[] = [(...of) => flatten(of), (...of) => haltAndResume(of), (...of) => haltAndResume(of)];
const RARELY = 0.04;

/** Draws a command that makes sense in the account as it was seen; undefined where the one that was drawn makes none. */
export function drawCommand(account: LiveAccount, market: Market, random: Seeded): Command | undefined {
  return random.pick(random.isWithin(RARELY) ? RARE : DRAWS)(account, market, random);
}

type Of = Parameters<Draw>;

function submit(what: string, of: Of, ...wishes: readonly Wish[]): Command {
  const [{ accountId }] = of;
  const requestId = randomUUID();
  const orders = wishes.map((wish, n) =>
    common.OrderRequest.fromPartial({
      coid: operatorOrderId(accountId, requestId, n),
      accountId,
      origin: common.Origin.OPERATOR,
      ...wish,
    }),
  );
  return {
    what,
    accountId,
    coids: orders.map(({ coid }) => coid),
    carryOut: async ({ execution: client }) => {
      const answers: string[] = [];
      for (const order of orders) {
        const { order: taken } = await client.submitOrder({ order, asOfUs: 0, hops: undefined });
        if (taken !== undefined) answers.push(order.coid);
      }
      return answers;
    },
  };
}

function marketOrder([, , random]: Of): Wish & Required<Pick<common.OrderRequest, 'symbol' | 'side' | 'volumeLots'>> {
  const symbol = random.pick(LIVE_SYMBOLS);
  const volumeLots = (random.integer(1, 20) / 100).toFixed(2);
  return { symbol, side: random.pick([BUY, SELL]), type: MARKET, volumeLots, timeInForce: IOC };
}

function bracket(of: Of): Wish {
  const order = marketOrder(of);
  return { ...order, ...stopsOf(of, order.side, of[1].bids[order.symbol] ?? 0) };
}

/** Stops so near that the market comes to some of them. */
function stopsOf([, , random]: Of, side: common.Side, at: number): Wish {
  const sign = side === BUY ? 1 : -1;
  const stopLoss = price(at - sign * random.integer(20, 120) * POINT);
  return { stopLoss, takeProfit: price(at + sign * random.integer(20, 120) * POINT) };
}

/** A limit, stop or stop-limit order, so many points at most from the market. */
function pendingOrder(of: Of, within: number): Wish {
  const [, { bids }, random] = of;
  const { symbol, side, volumeLots } = marketOrder(of);
  const type = random.pick([LIMIT, STOP, STOP_LIMIT]);
  const away = random.integer(5, within) * POINT;
  const isAbove = (side === BUY) === (type !== LIMIT);
  const at = (bids[symbol] ?? 0) + (isAbove ? away + 10 * POINT : -away);
  const limit = side === BUY ? at - 5 * POINT : at + 5 * POINT;
  return {
    ...{ symbol, side, type, volumeLots, timeInForce: GTC, price: price(at) },
    ...(type === STOP_LIMIT && { stopLimitPrice: price(limit) }),
    ...(random.isWithin(0.5) && stopsOf(of, side, at)),
  };
}

function oneCancelsOther(of: Of): Command {
  const group = randomUUID().slice(0, 12);
  const [one, other] = [pendingOrder(of, 25), pendingOrder(of, 25)];
  return submit('one cancels the other', of, { ...one, ocoGroup: group }, { ...other, ocoGroup: group });
}

/** Some seconds to a few minutes of the data's time from now. */
const laterUs = ([, { timeUs }, random]: Of): number => timeUs + random.integer(60, 900) * 1_000_000;

function modify([{ accountId }, { orders }, random]: Of): Command | undefined {
  const request = orders.length === 0 ? undefined : random.pick(orders).request;
  if (request?.price === undefined) return undefined;
  const { coid, type } = request;
  const at = Number(request.price) + random.integer(-15, 15) * POINT;
  const requestId = randomUUID();
  const changes = {
    price: price(at),
    ...(type === STOP_LIMIT && { stopLimitPrice: price(at) }),
    ...(request.stopLoss !== undefined && random.isWithin(0.5) && { stopLoss: '' }),
  };
  return {
    what: 'modify',
    accountId,
    coids: [],
    carryOut: async (clients) => {
      await clients.execution.modifyOrder({ accountId, coid, requestId, ...changes });
      return [];
    },
  };
}

function cancel([{ accountId }, { orders }, random]: Of): Command | undefined {
  const coid = orders.length === 0 ? undefined : random.pick(orders).request?.coid;
  if (coid === undefined) return undefined;
  const requestId = randomUUID();
  return {
    what: 'cancel',
    accountId,
    coids: [],
    carryOut: async (clients) => {
      await clients.execution.cancelOrder({ accountId, coid, requestId });
      return [];
    },
  };
}

function moveStops(of: Of): Command | undefined {
  const [{ accountId }, { positions, bids }, random] = of;
  if (positions.length === 0) return undefined;
  const { positionId, symbol, volumeLots } = random.pick(positions);
  const requestId = randomUUID();
  const stops = stopsOf(of, volumeLots.startsWith('-') ? SELL : BUY, bids[symbol] ?? 0);
  return {
    what: 'move stops',
    accountId,
    coids: [],
    carryOut: async ({ execution: client }) => {
      const { stopLoss, takeProfit } = stops;
      await client.modifyPosition({ accountId, positionId, requestId, stopLoss, takeProfit });
      return [];
    },
  };
}

function close([{ accountId }, { positions }, random]: Of): Command | undefined {
  if (positions.length === 0) return undefined;
  const { positionId, volumeLots } = random.pick(positions);
  const steps = Math.round(Math.abs(Number(volumeLots)) * 100);
  const isPart = steps > 1 && random.isWithin(0.5);
  return closing('close', accountId, positionId, isPart ? (random.integer(1, steps - 1) / 100).toFixed(2) : '', '');
}

function closeBy([{ accountId, isHedging }, { positions }, random]: Of): Command | undefined {
  if (!isHedging || positions.length < 2) return undefined;
  const one = random.pick(positions);
  const isShort = one.volumeLots.startsWith('-');
  const others = positions.filter(
    ({ symbol, volumeLots }) => symbol === one.symbol && volumeLots.startsWith('-') !== isShort,
  );
  return others.length === 0
    ? undefined
    : closing('close by', accountId, one.positionId, '', random.pick(others).positionId);
}

function closing(what: string, accountId: string, positionId: string, volumeLots: string, by: string): Command {
  const requestId = randomUUID();
  return {
    what,
    accountId,
    coids: [operatorOrderId(accountId, requestId, positionId)],
    carryOut: async ({ execution: client }) => {
      const request = { accountId, positionId, volumeLots, byPositionId: by, requestId, reason: 'chaos' };
      const { order } = await client.closePosition(request);
      return order?.request === undefined ? [] : [order.request.coid];
    },
  };
}

function flatten([{ accountId }]: Of): Command {
  const requestId = randomUUID();
  return {
    what: 'flatten',
    accountId,
    coids: [],
    flatten: requestId,
    carryOut: async ({ execution: client }) => {
      const { orders } = await client.flatten({ accountId, requestId, reason: 'chaos' });
      return orders.flatMap(({ request }) => (request === undefined ? [] : [request.coid]));
    },
  };
}

function haltAndResume([{ accountId }]: Of): Command {
  return {
    what: 'halt and resume',
    accountId,
    coids: [],
    carryOut: async ({ riskManager }) => {
      for (const state of [common.TradingState.HALTED, common.TradingState.ACTIVE])
        await riskManager.setTradingState({ accountId, state, reason: 'chaos' });
      return [];
    },
  };
}

const price = (at: number): string => at.toFixed(5);
