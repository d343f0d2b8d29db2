import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common, execution, type ServiceClients } from '@trading/contracts';
import { runCli } from '../cli/run-cli';
import type { Connect } from '../system/system';
import { FakeSystem } from '../testing/fake-clients';
import { MemoryConsole } from '../testing/memory-console';
import { MT5_CSV } from '../testing/statement-samples';

const OPEN = execution.Difference.fromPartial({
  differenceId: 'd1',
  accountId: 'PAPER-1',
  kind: 'DIFFERENCE_KIND_CASH',
  ours: '1.00',
  theirs: '2.00',
  message: "The broker's balance is 1.00 more than the sum of the ledger.",
  status: 'DIFFERENCE_STATUS_OPEN',
  foundUs: 1_000_000,
});

/** Execution as far as these commands call it: remembers what it was asked. */
class Books {
  differences: execution.Difference[] = [];
  complete = true;
  state: common.OrderState = 'ORDER_STATE_SUBMITTED';
  refusesChanges = false;
  fills: execution.Fill[] = [];
  readonly asked: unknown[] = [];

  readonly client: Partial<execution.ExecutionService> = {
    listAccounts: async () => ({
      accounts: [execution.Account.fromPartial({ accountId: 'PAPER-1', timeZone: 'UTC' })],
    }),
    reconcile: async ({ accountId }) => {
      const { complete, differences } = this;
      return execution.Reconciliation.fromPartial({
        accountId,
        complete,
        differences,
        bookedEvents: 2,
        settled: ['c1'],
      });
    },
    listDifferences: async () => ({ differences: this.differences }),
    resolveDifference: async (request) => {
      this.asked.push(request);
      const resolved = { ...OPEN, status: request.resolution, resolvedUs: 2_000_000, resolvedBy: 'operator' };
      this.differences = [];
      return { ...resolved, reason: request.reason };
    },
    submitOrder: async (request) => this.answer(request, request.order),
    modifyOrder: async (request) => this.answer(request, undefined, 'modify'),
    cancelOrder: async (request) => this.answer(request, undefined, 'cancel'),
    closePosition: async (request) => this.answer(request),
    modifyPosition: async (request) => {
      this.asked.push(request);
      return { position: undefined, accepted: true, code: '', message: '' };
    },
    listFills: async () => ({ fills: this.fills }),
    listLedger: async () => ({ entries: [] }),
  };

  private answer(request: unknown, order?: common.OrderRequest, command = ''): execution.SubmitOrderResponse {
    this.asked.push(request);
    const checks = [{ code: 'SPREAD_TOO_WIDE', passed: false, observed: '4', limit: '3', message: 'Too wide.' }];
    const { state } = this;
    const pendingCommand = this.refusesChanges ? '' : command;
    return {
      order: execution.Order.fromPartial({ request: order ?? { coid: 'c1' }, state, pendingCommand }),
      checks,
      duplicate: false,
    };
  }
}

async function trade(argv: readonly string[], books = new Books()) {
  const console = new MemoryConsole();
  const asked: boolean[] = [];
  const connect: Connect = async ({ asOperator = false }) => {
    asked.push(asOperator);
    const clients = { ...new FakeSystem('PAPER-1').clients, execution: books.client } as unknown as ServiceClients;
    const close = () => undefined;
    return { clients, accounts: ['PAPER-1'], grpcAddress: '', readiness: async () => undefined, close };
  };
  const code = await runCli(argv, { console, env: {}, cwd: '/nowhere', connect });
  return { code, text: console.stdout, error: console.stderr, books, asOperator: asked.at(-1) };
}
const words = (line: string) => line.split(' ');

describe('comparing by command', () => {
  it('tells that all is equal, what was booked and whose outcome is known', async () => {
    const { code, text, asOperator } = await trade(['reconcile']);
    expect([code, asOperator]).toEqual([0, true]);
    expect(text).toContain('books and broker say the same');
    expect(text).toContain('2 events');
    expect(text).toContain('c1');
  });

  it('answers 4 with both sides of each difference, and 1 when nothing could be compared', async () => {
    const books = new Books();
    books.differences = [OPEN];
    const { code, text } = await trade(['reconcile'], books);
    expect(code).toBe(4);
    expect(text).toMatch(/books: {2}1\.00\n +broker: 2\.00/);
    books.complete = false;
    expect((await trade(['reconcile'], books)).code).toBe(1);
  });

  it.each([
    ['adopt', 'DIFFERENCE_STATUS_ADOPTED'],
    ['dismiss', 'DIFFERENCE_STATUS_DISMISSED'],
  ])('%ss a difference with its reason, and says that the account stays halted', async (verb, resolution) => {
    const books = new Books();
    books.differences = [OPEN];
    const { code, text, asOperator } = await trade([verb, 'd1', '--reason', 'seen it'], books);
    expect([code, asOperator]).toEqual([0, true]);
    const request = { accountId: 'PAPER-1', differenceId: 'd1', resolution, reason: 'seen it', brokerTicket: '' };
    expect(books.asked).toEqual([request]);
    expect(text).toContain('./trade resume PAPER-1');
  });

  it('lists what an order may be in numbers, and adopts the ticket that is said', async () => {
    const books = new Books();
    const candidates = [
      { ticket: '71', words: 'deal 9, BUY 0.1 EURUSD at 1.1', timeUs: 1_000_000 },
      { ticket: '172', words: 'position 172, BUY 0.1 EURUSD at 1.2', timeUs: 0 },
    ];
    books.differences = [{ ...OPEN, kind: 'DIFFERENCE_KIND_AMBIGUOUS', candidates }];
    const { text } = await trade(['differences'], books);
    expect(text).toContain('./trade adopt d1 --ticket N');
    expect(text).toContain('    71   deal 9, BUY 0.1 EURUSD at 1.1, 1970-01-01 00:00:01 UTC\n');
    expect(text).toContain('    172  position 172, BUY 0.1 EURUSD at 1.2\n');
    await trade(['adopt', 'd1', '--ticket', '172', '--reason', 'seen it'], books);
    expect(books.asked).toMatchObject([{ brokerTicket: '172' }]);
    expect((await trade(['dismiss', 'd1', '--ticket', '172', '--reason', 'x'], books)).code).toBe(2);
  });

  it.each(['adopt', 'adopt d1', 'dismiss d1 --reason'])('refuses `%s`, which lacks a word', async (line) => {
    expect((await trade(words(line))).code).toBe(2);
  });

  it('finds no difference of an unknown id', async () => {
    const { code, error } = await trade(['adopt', 'd9', '--reason', 'x']);
    expect([code, error]).toEqual([1, 'There is no difference d9. ./trade differences lists them.']);
  });
});

describe('ordering by command', () => {
  it('submits with everything that was said, under an id that follows from the request', async () => {
    const line =
      'order submit EURUSD sell 0.10 --type stop-limit --price 1.1 --stop-limit 1.09 --sl 1.2 --tp 1.0 --oco g';
    const { code, books, asOperator } = await trade(words(`${line} --tif DAY --request-id r1`));
    const again = await trade(words(`${line} --tif DAY --request-id r1`));
    expect([code, asOperator]).toEqual([0, true]);
    expect(books.asked).toMatchObject([
      {
        order: {
          accountId: 'PAPER-1',
          symbol: 'EURUSD',
          side: 'SIDE_SELL',
          type: 'ORDER_TYPE_STOP_LIMIT',
          volumeLots: '0.10',
          price: '1.1',
          stopLimitPrice: '1.09',
          stopLoss: '1.2',
          takeProfit: '1.0',
          ocoGroup: 'g',
          timeInForce: 'TIME_IN_FORCE_DAY',
          origin: 'ORIGIN_OPERATOR',
        },
      },
    ]);
    expect(again.books.asked).toEqual(books.asked);
  });

  it.each([
    ['order modify c1 --price 1.2 --sl none', { coid: 'c1', price: '1.2', stopLoss: '' }],
    ['order modify --position EURUSD --tp 1.3', { positionId: 'EURUSD', takeProfit: '1.3' }],
    ['order cancel c1', { coid: 'c1' }],
    ['order close 17 --volume 0.05', { positionId: '17', volumeLots: '0.05' }],
    ['order close 17 --by 18', { positionId: '17', byPositionId: '18', volumeLots: '' }],
  ])('does `%s`', async (line, request) => {
    const { code, books } = await trade(words(line));
    expect(code).toBe(0);
    expect(books.asked).toMatchObject([{ accountId: 'PAPER-1', ...request }]);
  });

  it.each(['ORDER_STATE_DENIED', 'ORDER_STATE_REJECTED', 'ORDER_STATE_UNKNOWN'] as const)(
    'answers 1 with the failed checks when the order is %s',
    async (state) => {
      const books = new Books();
      books.state = state;
      const { code, text } = await trade(words('order submit EURUSD buy 1'), books);
      expect(code).toBe(1);
      expect(text).toContain('SPREAD_TOO_WIDE');
    },
  );

  it.each(['order modify c1 --price 1.2', 'order cancel c1'])('answers 1 when `%s` is refused', async (line) => {
    const books = new Books();
    books.refusesChanges = true;
    expect((await trade(words(line), books)).code).toBe(1);
  });

  it.each([
    'order',
    'order fly',
    'order submit EURUSD',
    'order submit EURUSD up 1',
    'order submit EURUSD buy 0',
    'order submit EURUSD buy 1 --price 1',
    'order submit EURUSD buy 1 --type limit',
    'order submit EURUSD buy 1 --tif never',
    'order submit EURUSD buy 1 --expires tomorrow',
    'order modify c1',
    'order modify --position EURUSD',
    'order cancel',
    'order close',
    'verify',
    'verify --statement x --tz nowhere',
  ])('refuses `%s` before anybody is asked', async (line) => {
    const { code, books, asOperator } = await trade(words(line));
    expect(code).toBe(2);
    expect(asOperator).toBeUndefined();
    expect(books.asked).toEqual([]);
  });
});

describe('verifying by command', () => {
  it('answers 1 and names what differs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'verify-'));
    try {
      const file = join(folder, 'history.csv');
      writeFileSync(file, MT5_CSV);
      const { code, text } = await trade(['verify', '--statement', file]);
      expect(code).toBe(1);
      expect(text).toContain('PAPER-1: 0 of 2 deals');
      expect(text).toMatch(/missing +Deal 101/);
      expect(text).toMatch(/cash +.*10009\.20/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
