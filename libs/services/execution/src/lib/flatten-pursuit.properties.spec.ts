import fc from 'fast-check';
import { ExecutionFixture } from '../testing/execution-fixture';
import { ACCOUNT, dealOf, orderOf, resultOf, submitOf, updateOf } from '../testing/messages';

type Happening =
  /** The broker fills so much of the oldest close that waits, and cancels the rest. */
  | { readonly do: 'fill'; readonly hundredths: number }
  | {
      readonly do:
        'refuse' | 'entry' | 'cancel' | 'refuse-cancel' | 'crash' | 'later' | 'lose-answers' | 'hear-answers';
    };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('fill' as const), hundredths: fc.integer({ min: 1, max: 12 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['refuse', 'entry', 'cancel', 'refuse-cancel', 'crash', 'later', 'lose-answers', 'hear-answers'] as const),
      ),
    }),
  },
);

/** A netting broker that holds 0.1 lots and an entry for 0.05 more; in hundredths of a lot. */
class Broker {
  lots = 10;
  private isEntryOpen = true;
  private closes = 0;
  private cancels = 0;
  private deals = 1;

  constructor(private readonly system: ExecutionFixture) {}

  /** What all closes that have not ended may still take. */
  get closing(): number {
    return this.waiting.reduce((sum, { volumeLots }) => sum + Math.round(Number(volumeLots) * 100), 0);
  }

  /** False: nothing waits. */
  async close(hundredths: number): Promise<boolean> {
    const [order] = this.waiting;
    if (order === undefined) return false;
    this.closes++;
    const ordered = Math.round(Number(order.volumeLots) * 100);
    const filled = Math.min(ordered, hundredths);
    if (filled > 0) {
      this.lots -= filled;
      const volumeLots = (filled / 100).toFixed(2);
      const deal = dealOf(`d${++this.deals}`, order.coid, { side: 'SIDE_SELL', volumeLots });
      await this.system.onTrade({ $case: 'deal', value: deal });
    }
    const rest = { $case: 'order', value: updateOf(order.coid, 'ORDER_UPDATE_STATE_CANCELED') } as const;
    const refusal = resultOf(order.coid, { status: 'REJECTED', retcode: 10020 });
    if (filled === 0) await this.system.onTrade({ $case: 'result', value: refusal });
    else if (filled < ordered) await this.system.onTrade(rest);
    return true;
  }

  async fillEntry(): Promise<void> {
    if (!this.isEntryOpen) return;
    this.isEntryOpen = false;
    this.lots += 5;
    const deal = dealOf(`d${++this.deals}`, 'entry-1', { volumeLots: '0.05' });
    await this.system.onTrade({ $case: 'deal', value: deal });
  }

  /** False: none waits. */
  async answerCancel(isRefused: boolean): Promise<boolean> {
    const request = this.system.terminal.canceled[this.cancels];
    if (request === undefined) return false;
    this.cancels++;
    const isDone = this.isEntryOpen && !isRefused;
    if (isDone) this.isEntryOpen = false;
    const how = isDone ? {} : ({ status: 'REJECTED', retcode: 10029 } as const);
    const value = resultOf('entry-1', { verb: 'cancel', requestId: request.requestId, ...how });
    await this.system.onTrade({ $case: 'result', value });
    return true;
  }

  private get waiting() {
    return this.system.terminal.journal.filter(({ reduceOnly }) => reduceOnly).slice(this.closes);
  }
}

describe('flattening', () => {
  let system: ExecutionFixture;
  beforeAll(async () => {
    system = await ExecutionFixture.open();
  }, 30_000);
  afterAll(() => system.close());

  it('never closes more than is held, and ends flat, whatever the broker does and wherever it crashes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 4, maxLength: 16 }), async (script) => {
        await system.reset();
        const begin = async () => {
          await system.session(0, { lockstep: false });
          await system.quote(1.0999, 1.1);
          await system.settled();
        };
        const later = async (seconds: number) => {
          system.nowMs += seconds * 1_000;
          await system.service.tick();
          await system.settled();
        };
        await begin();
        await system.service.submitOrder(submitOf(orderOf('order-1')));
        const waits = { type: 'ORDER_TYPE_LIMIT', price: '1.05', timeInForce: 'TIME_IN_FORCE_GTC' } as const;
        await system.service.submitOrder(submitOf(orderOf('entry-1', { ...waits, volumeLots: '0.05' })));
        await system.onTrade({ $case: 'deal', value: dealOf('d1', 'order-1') });
        await system.onTrade({ $case: 'order', value: updateOf('entry-1', 'ORDER_UPDATE_STATE_PLACED') });
        await system.settled();
        await system.service.flatten({ accountId: ACCOUNT, requestId: 'flat-1', reason: 'test' });
        const broker = new Broker(system);
        const check = () => {
          expect(broker.lots).toBeGreaterThanOrEqual(0);
          expect(broker.closing).toBeLessThanOrEqual(broker.lots);
        };
        for (const step of script) {
          if (step.do === 'fill') await broker.close(step.hundredths);
          else if (step.do === 'refuse') await broker.close(0);
          else if (step.do === 'entry') await broker.fillEntry();
          else if (step.do === 'cancel' || step.do === 'refuse-cancel')
            await broker.answerCancel(step.do === 'refuse-cancel');
          else if (step.do === 'crash') await system.crash().then(begin);
          else if (step.do === 'later') await later(2);
          else system.terminal.way = step.do === 'lose-answers' ? 'loses-answers' : 'up';
          await system.settled();
          check();
        }
        system.terminal.way = 'up';
        for (let quiet = 0; quiet < 3;) {
          await later(400);
          check();
          const answered = [await broker.answerCancel(false), await broker.close(100)];
          await system.settled();
          check();
          quiet = answered.includes(true) ? 0 : quiet + 1;
        }
        expect(broker.lots).toBe(0);
        expect(await system.lots()).toBe('');
        expect(await system.database.query('SELECT ended FROM flatten_wanted')).toEqual([{ ended: 'FLAT' }]);
        expect(system.errors).toEqual([]);
      }),
      { numRuns: 25, seed: 7 },
    );
  }, 120_000);
});
