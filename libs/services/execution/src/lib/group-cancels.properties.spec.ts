import fc from 'fast-check';
import { ExecutionFixture } from '../testing/execution-fixture';
import { dealOf, orderOf, resultOf, submitOf, updateOf } from '../testing/messages';

const COIDS = ['order-1', 'order-2', 'order-3'] as const;
type Coid = (typeof COIDS)[number];

type Happening =
  | { readonly do: 'arrive'; readonly coid: Coid }
  | { readonly do: 'fill'; readonly coid: Coid; readonly lots: string }
  /** The terminal carries the next cancel out: as its broker can, or refuses it for the moment. */
  | { readonly do: 'cancel' | 'refuse' | 'crash' | 'later' };

const coid = fc.constantFrom(...COIDS);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('arrive' as const), coid }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('fill' as const), coid, lots: fc.constantFrom('0.04', '0.1') }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('cancel', 'refuse', 'crash', 'later') }) },
);

/** A terminal's broker that gets orders late, and cancels perhaps before them. */
class LateBroker {
  readonly filled = new Map<Coid, number>();
  readonly ended = new Set<Coid>();
  readonly arrived = new Set<Coid>();
  first: Coid | undefined;
  private answered = 0;
  private deals = 0;

  constructor(private readonly system: ExecutionFixture) {}

  async arrive(coid: Coid): Promise<void> {
    if (this.arrived.has(coid)) return;
    this.arrived.add(coid);
    await this.system.onTrade({ $case: 'order', value: updateOf(coid, 'ORDER_UPDATE_STATE_PLACED') });
  }

  async fill(coid: Coid, lots: string): Promise<void> {
    const filled = (this.filled.get(coid) ?? 0) + Number(lots);
    if (!this.arrived.has(coid) || this.ended.has(coid) || filled > 0.1) return;
    this.filled.set(coid, filled);
    this.first ??= coid;
    if (filled === 0.1) this.ended.add(coid);
    const value = dealOf(`d${++this.deals}`, coid, { volumeLots: lots });
    await this.system.onTrade({ $case: 'deal', value });
  }

  /** False: no cancel waits. */
  async answer(isRefused: boolean): Promise<boolean> {
    const request = this.system.terminal.canceled[this.answered];
    if (request === undefined) return false;
    this.answered++;
    const coid = request.coid as Coid;
    const { requestId } = request;
    const cannot = isRefused || !this.arrived.has(coid) || this.ended.has(coid);
    if (!cannot) this.ended.add(coid);
    const how = cannot ? ({ status: 'REJECTED', retcode: 10013 } as const) : {};
    await this.system.onTrade({ $case: 'result', value: resultOf(coid, { verb: 'cancel', requestId, ...how }) });
    return true;
  }
}

describe('a group of orders', () => {
  let system: ExecutionFixture;
  beforeAll(async () => {
    system = await ExecutionFixture.open();
  }, 30_000);
  afterAll(() => system.close());

  it('has at most one that works after a fill, whatever overtakes or is refused, over crashes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 14 }), async (script) => {
        await system.reset();
        const begin = async () => {
          await system.session(0, { lockstep: false });
          await system.quote(1.0999, 1.1);
        };
        await begin();
        for (const each of COIDS)
          await system.service.submitOrder(
            submitOf(
              orderOf(each, {
                ...{ type: 'ORDER_TYPE_LIMIT', price: '1.05', timeInForce: 'TIME_IN_FORCE_GTC', ocoGroup: 'g' },
              }),
            ),
          );
        const broker = new LateBroker(system);
        const settle = async () => {
          system.nowMs += 70_000;
          await system.service.tick();
          await system.service.settled();
        };
        for (const step of script) {
          if (step.do === 'arrive') await broker.arrive(step.coid);
          else if (step.do === 'fill') await broker.fill(step.coid, step.lots);
          else if (step.do === 'crash') await system.crash().then(begin);
          else if (step.do === 'later') await settle();
          else await broker.answer(step.do === 'refuse');
          await system.settled();
        }
        for (const each of COIDS) await broker.arrive(each);
        for (let quiet = 0; quiet < 3;) {
          await settle();
          quiet = (await broker.answer(false)) ? 0 : quiet + 1;
        }
        await system.idle();
        const states = await Promise.all(COIDS.map(async (each) => [each, await system.stateOf(each)] as const));
        const working = states.filter(([, state]) => state === 'ACCEPTED' || state === 'PARTIALLY_FILLED');
        if (broker.first === undefined) expect(working).toHaveLength(3);
        else expect(working.filter(([each]) => each !== broker.first)).toEqual([]);
        expect([...COIDS].filter((each) => !broker.ended.has(each) && each !== broker.first)).toHaveLength(
          broker.first === undefined ? 3 : 0,
        );
        expect(system.errors).toEqual([]);
      }),
      { numRuns: 25, seed: 5 },
    );
  }, 120_000);
});
