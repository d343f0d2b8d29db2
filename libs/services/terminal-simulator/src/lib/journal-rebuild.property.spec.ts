import { appendFileSync } from 'node:fs';
import type { terminal } from '@trading/contracts';
import fc from 'fast-check';
import { orderOf, SimulatorStage, START_US, TICK_US } from '../testing/simulator-stage';
import type { BatchSink, ReliableMessage } from './batch-sink';
import { CommandDesk } from './command-desk';
import { faultPlan } from './fault-plan';
import { Journal, JOURNAL_FILE } from './journal';
import { PlayedMarket } from './played-market';
import { symbolsOf } from './simulated-account';
import type { SimulatorConfig, SimulatorConfigInput } from './simulator-config';

const LAST = 14;

interface Step {
  /** The barrier after which it is told; a live market has a barrier for each tick. */
  readonly at: number;
  readonly kind: 'market' | 'limit' | 'close' | 'modify' | 'cancel' | 'stops' | 'fence';
  /** The order or position that it means, modulo what there is. */
  readonly which: number;
  readonly isBuy: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  at: fc.integer({ min: 1, max: LAST }),
  kind: fc.constantFrom('market', 'market', 'limit', 'close', 'modify', 'cancel', 'stops', 'fence'),
  which: fc.nat(5),
  isBuy: fc.boolean(),
});

const scenario = fc.record({
  steps: fc.array(step, { minLength: 3, maxLength: 14 }),
  /** Barriers at which the terminal is killed, before the commands of them are told. */
  kills: fc.array(fc.integer({ min: 1, max: LAST + 2 }), { maxLength: 3 }),
  /** How far the gateway goes back in simulated time. */
  back: fc.nat(LAST),
  seed: fc.nat(100_000),
  platform: fc.constantFrom('MT4' as const, 'MT5' as const),
  marginMode: fc.constantFrom('NETTING' as const, 'HEDGING' as const),
  lockstep: fc.boolean(),
  isTorn: fc.boolean(),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** What a gateway heard, by sequence: what is told again must be the same. */
class Ear implements BatchSink {
  readonly heard = new Map<number, ReliableMessage>();

  reliable(message: ReliableMessage): void {
    const before = this.heard.get(message.seq);
    if (before) expect(message).toEqual(before);
    this.heard.set(message.seq, message);
  }

  ticks(): void {
    // Whoever listens to orders only.
  }

  account(): void {
    // As with ticks.
  }

  terminal(): void {
    // As with ticks.
  }

  mark(): void {
    // As with ticks.
  }

  pressure(): undefined {
    return undefined;
  }
}

/** A terminal without a line: its journal, its market, and what it was told. */
class Life {
  readonly ear = new Ear();

  private constructor(
    private readonly config: SimulatorConfig,
    private journal: Journal,
    private market: PlayedMarket,
  ) {}

  static async begin(config: SimulatorConfig): Promise<Life> {
    const journal = Journal.open(config.stateFolder, config.fingerprint);
    const life = new Life(config, journal, await PlayedMarket.open(config, symbolsOf(config), journal));
    new CommandDesk(journal).subscribe([{ symbol: 'EURUSD', timeframe: 'M1' }], life.market.playback);
    return life;
  }

  get n(): number {
    return this.market.playback.n;
  }

  get hasEnded(): boolean {
    return this.market.playback.isEnded;
  }

  async next(): Promise<void> {
    await this.market.playback.next(this.ear);
  }

  /** Only the files survive; simulated time goes on where the gateway says, a live market where the journal says. */
  async dieAndComeBack(back: number, isTorn: boolean): Promise<void> {
    const { config } = this;
    // The gateway has not passed the barrier at which the terminal died.
    const resume = Math.max(0, this.n - 1 - back);
    await this.end();
    if (isTorn) appendFileSync(`${config.stateFolder}/${JOURNAL_FILE}`, '{"kind":"cancel","n":3,"ha');
    this.journal = Journal.open(config.stateFolder, config.fingerprint);
    this.market = await PlayedMarket.open(config, symbolsOf(config), this.journal);
    const { playback } = this.market;
    const until = config.lockstep ? resume : this.journal.lastBarrier;
    while (playback.n < until && !playback.isEnded) await playback.next();
  }

  tell({ kind, which, isBuy }: Step, number: number): void {
    const desk = new CommandDesk(this.journal);
    const { playback } = this.market;
    const coid = `o${which}`;
    const side = isBuy ? 'BUY' : 'SELL';
    const { positions } = playback.snapshot();
    const position = positions[which % Math.max(1, positions.length)];
    const change = { coid, symbol: 'EURUSD', notAfter: START_US + 200 * TICK_US, epoch: 1 };
    const common = { coid: `o${number}`, magic: String(1000 + number), tag: `Q${number}`, side } as const;
    switch (kind) {
      case 'market':
        desk.submit(orderOf({ ...common, ...(isBuy && { sl: '1.05000', tp: '1.10400' }) }), playback);
        break;
      case 'limit': {
        const price = isBuy ? '1.09950' : '1.10450';
        desk.submit(orderOf({ ...common, type: 'LIMIT', price, tif: 'GTC', fillings: [] }), playback);
        break;
      }
      case 'close':
        if (position) {
          const close = { side: position.side === 'BUY' ? 'SELL' : 'BUY', reduceOnly: true } as const;
          desk.submit(orderOf({ ...common, ...close, positionId: position.position, volume: '0.05' }), playback);
        }
        break;
      case 'modify':
        desk.modify({ ...change, requestId: `m${number}`, price: isBuy ? '1.09900' : '1.10500' }, playback);
        break;
      case 'cancel':
        desk.cancel({ coid, requestId: `c${number}`, epoch: 1 }, playback);
        break;
      case 'stops':
        if (position) {
          const stops = { positionId: position.position, tp: isBuy ? '' : '1.10350' };
          desk.modify({ ...change, ...stops, requestId: `s${number}` }, playback);
        }
        break;
      case 'fence':
        desk.fence(1);
        break;
    }
  }

  /** Everything that can be seen of the broker and of what the terminal said. */
  state(): unknown {
    const { playback } = this.market;
    const history: terminal.HistoryFrame = playback.history({ from: 0, limit: 1000 });
    return {
      snapshot: playback.snapshot(),
      history,
      results: [...playback.results],
      heard: [...this.ear.heard],
    };
  }

  async end(): Promise<void> {
    this.journal.close();
    await this.market.close();
  }
}

describe('a journal played again', () => {
  let stage: SimulatorStage;
  let feeds: SimulatorConfigInput['feeds'];
  let runs = 0;
  beforeAll(() => {
    stage = new SimulatorStage();
    const bids = Array.from({ length: 60 }, (_, i) => 1.1 + (((i * 7919) % 113) - 50) * 0.0001);
    feeds = [{ symbol: 'EURUSD', files: [stage.path('eur.csv', bids)] }];
  });
  afterAll(() => stage.close());

  /** @param extra a command that is told as soon as the terminal is back */
  const live = async (given: Scenario, isKilled: boolean, extra?: Step): Promise<unknown> => {
    const { steps, kills, back, seed, platform, lockstep, isTorn } = given;
    const marginMode = platform === 'MT4' ? 'HEDGING' : given.marginMode;
    const faults = faultPlan(seed, 8, { platform, upTo: 10 });
    runs += 1;
    const more = { platform, marginMode, lockstep, faults, stateFolder: stage.inFolder(`run-${runs}`) };
    const life = await Life.begin(stage.config(1, feeds, more));
    const killed = new Set<number>();
    const told = new Set<number>();
    try {
      while (!life.hasEnded) {
        await life.next();
        if (isKilled && kills.includes(life.n) && !killed.has(life.n)) {
          killed.add(life.n);
          await life.dieAndComeBack(back, isTorn);
          if (extra) life.tell(extra, steps.length + killed.size);
          if (lockstep) continue;
        }
        const { n } = life;
        steps.forEach((one, number) => {
          // In simulated time a stage that goes back tells everything again, as live only what was not told.
          if (one.at !== n || (told.has(number) && !lockstep)) return;
          told.add(number);
          life.tell(one, number);
        });
      }
      return life.state();
    } finally {
      await life.end();
    }
  };

  it('rebuilds the same broker and says the same, whatever goes wrong by plan and whenever the terminal is killed', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        expect(await live(given, true)).toEqual(await live(given, false));
      }),
      { numRuns: 40, seed: 20_240_102 },
    );
  });

  it('takes nothing back that the terminal said, whatever it is told afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, step, async (given, extra) => {
        await live(given, true, extra);
      }),
      { numRuns: 40, seed: 20_240_103 },
    );
  });
});
