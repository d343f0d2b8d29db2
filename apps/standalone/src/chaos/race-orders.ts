import { common, execution, risk, type ServiceClients } from '@trading/contracts';
import { closeGrpcClient, createGrpcClient } from '@trading/platform-grpc';
import { silentLogger } from '@trading/platform-logging';
import { operatorOrderId } from '@trading/trading-orders';
import { DataFolder } from '../e2e/data-folder';
import { waitFor } from '../e2e/wait';
import { writeFlowTicks } from './flow-ticks';
import { LIVE_ACCOUNTS, LIVE_SYMBOLS } from './live-accounts';
import { LiveRun } from './live-run';
import { OwnServers } from './own-servers';
import { Seeded } from './seeded';

export interface DoorRaces {
  readonly rounds: number;
  /** Processes of execution whose doors were asked. */
  readonly processes: number;
  readonly orders: number;
  readonly failures: readonly string[];
}

export interface DoorRaceOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Absent: the command starts its own. */
  readonly servers?: OwnServers;
  readonly say: (line: string) => void;
}

/** Beside the first. */
const MORE_PROCESSES = 2;
const BARS = 6_000;
const WITHIN_MS = 120_000;
const MOST_RACING = 10;
/** Buys that rest far below the market: none of them fills. */
const RESTING = '1.20000';
const LOTS = 0.1;
const WORKING = [common.OrderState.ACCEPTED, common.OrderState.SUBMITTED, common.OrderState.UNKNOWN];

/** Limits in numbers that no quote moves, which admit so many of the orders, and the code with which the others are denied. */
const LIMITS: readonly { readonly code: string; readonly of: (admitted: number) => Partial<risk.Limits> }[] = [
  { code: 'TOO_MANY_ORDERS', of: (k) => ({ maxOpenOrders: k }) },
  { code: 'POSITION_EXCEEDED', of: (k) => ({ maxPositionLots: (k * LOTS).toFixed(1) }) },
];

/**
 * Orders that race for a limit through the doors of several processes of execution, each of which sends on what another
 * writes: exactly as many as the limit admits come to the broker. A round is a limit, how many it admits, how many race
 * and whom each asks; then all are canceled.
 */
export async function raceOrders({ rounds, seed, servers, say }: DoorRaceOptions): Promise<DoorRaces> {
  const random = new Seeded(seed);
  const failures: string[] = [];
  const data = new DataFolder();
  const files = LIVE_SYMBOLS.map((symbol) => data.beside(`${symbol}.csv`));
  files.forEach((file, index) => writeFlowTicks(file, BARS, random.fork(index)));
  const own = servers ?? (await OwnServers.start());
  let orders = 0;
  let done = 0;
  try {
    const run = await LiveRun.start(own, { files, faults: undefined });
    const six = run.connect();
    const doors: execution.ExecutionService[] = [];
    try {
      for (const address of [run.fleet.grpcOf('execution'), ...(await moreProcesses(run))]) {
        const { operatorToken: token } = run.fleet.secrets;
        doors.push(
          createGrpcClient<execution.ExecutionService>(execution.ExecutionServiceService, address, {
            token,
            logger: silentLogger,
          }),
        );
      }
      const accounts = LIVE_ACCOUNTS.filter(({ isAutomatic }) => !isAutomatic);
      for (; done < rounds && failures.length === 0; done += 1) {
        const { accountId } = accounts[done % accounts.length] ?? { accountId: '' };
        const raced = await raceOnce(six.clients, doors, accountId, done, random);
        orders += raced.orders;
        failures.push(...raced.found.map((each) => `round ${done}: ${each}`));
        if (done % 50 === 49) say(`${done + 1} rounds at the doors`);
      }
    } finally {
      doors.forEach((door) => closeGrpcClient(door));
      six.close();
      await run.close();
    }
  } finally {
    if (servers === undefined) await own.stop();
    await data.remove();
  }
  return { rounds: done, processes: 1 + MORE_PROCESSES, orders, failures };
}

async function moreProcesses(run: LiveRun): Promise<string[]> {
  const addresses: string[] = [];
  for (let n = 0; n < MORE_PROCESSES; n += 1) {
    const started = await run.fleet.start('execution');
    addresses.push((await started.ready()).grpc);
  }
  return addresses;
}

async function raceOnce(
  { riskManager, execution: books }: ServiceClients,
  doors: readonly execution.ExecutionService[],
  accountId: string,
  round: number,
  random: Seeded,
): Promise<{ readonly orders: number; readonly found: readonly string[] }> {
  const racing = random.integer(3, MOST_RACING);
  const admitted = random.integer(1, racing - 1);
  const limit = random.pick(LIMITS);
  await setLimits(riskManager, accountId, limit.of(admitted));
  const requests = Array.from({ length: racing }, (_, n) => restingOrder(accountId, `race-${round}-${n}`));
  const answers = await Promise.all(requests.map((order) => submitted(random.pick(doors), order)));
  const passed = answers.filter(({ order }) => order?.state !== common.OrderState.DENIED);
  const found: string[] = [];
  if (passed.length !== admitted)
    found.push(`${accountId}: ${passed.length} of ${racing} passed where ${limit.code} admits ${admitted}`);
  for (const { order } of answers)
    if (order?.state === common.OrderState.DENIED && order.code !== limit.code)
      found.push(`${accountId}: an order was denied for ${order.code}: ${order.message}`);
  await cancelAll(books, accountId);
  return { orders: racing, found };
}

/** An order is answered once the account's session has begun; the same one is asked for again until then. */
function submitted(
  door: execution.ExecutionService,
  order: common.OrderRequest,
): Promise<execution.SubmitOrderResponse> {
  return waitFor(
    `an answer to order ${order.coid}`,
    () => door.submitOrder({ order, asOfUs: 0, hops: undefined }).catch(unlessAway),
    WITHIN_MS,
  );
}

function restingOrder(accountId: string, requestId: string): common.OrderRequest {
  return common.OrderRequest.fromPartial({
    coid: operatorOrderId(accountId, requestId, 0),
    accountId,
    symbol: LIVE_SYMBOLS[0],
    side: common.Side.BUY,
    type: common.OrderType.LIMIT,
    volumeLots: LOTS.toFixed(1),
    price: RESTING,
    timeInForce: common.TimeInForce.GTC,
    origin: common.Origin.OPERATOR,
  });
}

async function setLimits(
  riskManager: risk.RiskManagerService,
  accountId: string,
  limits: Partial<risk.Limits>,
): Promise<void> {
  const { version, accountId: owner } = await waitFor(
    'risk-manager',
    () => riskManager.getLimits({ accountId }).catch(unlessAway),
    WITHIN_MS,
  );
  const unset = risk.Limits.fromPartial({ maxQuoteAgeMs: 2_592_000_000, approvalLifetimeMs: 600_000 });
  const next = { ...unset, ...limits, accountId, version: owner === '' ? 0 : version };
  await riskManager.setLimits({ limits: next, reason: 'chaos' });
}

/** Cancels what works until nothing does and nothing is reserved any more. */
async function cancelAll(books: execution.ExecutionService, accountId: string): Promise<void> {
  await waitFor(
    `the end of the orders of ${accountId}`,
    async () => {
      const { orders } = await books.listOrders({ accountId, states: WORKING, limit: 0, afterSeq: 0 });
      await Promise.all(
        orders.map(({ request }) => {
          const coid = request?.coid ?? '';
          return books.cancelOrder({ accountId, coid, requestId: `cancel-${coid}` }).catch(unlessAway);
        }),
      );
      return orders.length === 0;
    },
    WITHIN_MS,
  );
}

/** The session has not begun, or the order has ended meanwhile. @throws anything else */
function unlessAway(error: unknown): undefined {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : '';
  if (status === 'UNAVAILABLE' || status === 'NOT_FOUND' || status === 'FAILED_PRECONDITION') return undefined;
  throw error;
}
