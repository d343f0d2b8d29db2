import fc from 'fast-check';
import { terminal } from '@trading/contracts';
import { SessionInbox } from './session-inbox';

const tick = (symbol: string, first: number): terminal.Envelope =>
  terminal.envelope('tick', { symbol, first, t: [first], b: ['1'], a: ['1'] }, 1);
const deal = (seq: number): terminal.Envelope => terminal.envelope('trade.event', {}, 1, { seq });

function inboxOf(conflates = true) {
  const seen = { slow: false, dropped: 0, paused: false };
  const inbox = new SessionInbox({
    conflates,
    slowMs: 5,
    isSlow: () => seen.slow,
    pause: () => (seen.paused = true),
    resume: () => (seen.paused = false),
    onConflated: (ticks) => (seen.dropped += ticks),
  });
  const drain = (): string[] => {
    const out: string[] = [];
    for (let one = inbox.shift(); one !== undefined; one = inbox.shift()) {
      const { symbol = '', first = 0 } = one.d as Partial<terminal.TickFrame>;
      out.push(one.t === 'tick' ? `${symbol}${first}` : `deal${one.seq}`);
    }
    return out;
  };
  return { inbox, seen, drain };
}

describe('the inbox of a session', () => {
  it('keeps everything in its order while the bus keeps up', () => {
    const { inbox, seen, drain } = inboxOf();
    for (let n = 1; n <= 3; n++) inbox.push(tick('A', n), 100);
    inbox.push(deal(1), 100);
    expect(drain()).toEqual(['A1', 'A2', 'A3', 'deal1']);
    expect(seen).toMatchObject({ dropped: 0, paused: false });
  });

  it('keeps the newest ticks of each symbol once the bus is slow, those that waited before too', () => {
    const { inbox, seen, drain } = inboxOf();
    for (const message of [tick('A', 1), tick('B', 1), deal(1), tick('A', 2)]) inbox.push(message, 100);
    seen.slow = true;
    for (const message of [tick('A', 3), tick('B', 2), deal(2)]) inbox.push(message, 100);
    expect(drain()).toEqual(['B2', 'deal1', 'A3', 'deal2']);
    expect(seen.dropped).toBe(3);
  });

  it('asks for silence when it is full, by frames or by bytes, until nothing waits', () => {
    for (const bytes of [100, 1_000_000]) {
      const { inbox, seen, drain } = inboxOf(false);
      for (let n = 1; n <= 1_001; n++) inbox.push(tick('A', n), bytes);
      expect(seen.paused).toBe(true);
      expect(drain()).toHaveLength(1_001);
      expect(seen).toMatchObject({ paused: false, dropped: 0 });
    }
  });

  it('lets a silenced live terminal speak again once its ticks are conflated', async () => {
    const { inbox, seen, drain } = inboxOf();
    for (let n = 1; n <= 5; n++) inbox.push(tick('A', n), 1_000_000);
    expect(seen.paused).toBe(true);
    seen.slow = true;
    while (seen.paused) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(drain()).toEqual(['A5']);
    expect(seen.dropped).toBe(4);
  });

  it('conflates behind a bus that takes one frame in ten and never stalls, and loses nothing reliable', () => {
    const { inbox, seen, drain } = inboxOf();
    let [longest, ticks, passed] = [0, 0, 0];
    let wasPaused = false;
    const deals: (number | undefined)[] = [];
    const take = (message: terminal.Envelope | undefined): void => {
      if (message?.t === 'trade.event') deals.push(message.seq);
      else if (message !== undefined) passed += 1;
    };
    for (let n = 1; n <= 20_000; n++) {
      if (n % 100 === 0) inbox.push(deal(n / 100), 100);
      else inbox.push(tick(`S${n % 7}`, ++ticks), 100);
      if (n % 10 === 0) take(inbox.shift());
      longest = Math.max(longest, inbox.length);
      wasPaused ||= seen.paused;
    }
    expect(wasPaused).toBe(false);
    const rest = drain();
    deals.push(...rest.filter((word) => word.startsWith('deal')).map((word) => Number(word.slice(4))));
    passed += rest.filter((word) => word.startsWith('S')).length;
    expect(deals).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
    expect(longest).toBeLessThanOrEqual(250);
    expect(seen.dropped).toBeGreaterThan(10_000);
    expect(passed + seen.dropped).toBe(ticks);
  });

  it('never loses or reorders what is reliable, and always has the newest tick of each symbol', () => {
    const event = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('A', 'B', 'C') },
      { weight: 2, arbitrary: fc.constantFrom('deal', 'shift', 'slow', 'quick') },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const { inbox, seen, drain } = inboxOf();
        const newest = new Map<string, number>();
        const out: string[] = [];
        let [seq, ticks] = [0, 0];
        for (const one of events) {
          if (one === 'deal') inbox.push(deal(++seq), 100);
          else if (one === 'slow' || one === 'quick') seen.slow = one === 'slow';
          else if (one === 'shift') {
            const message = inbox.shift();
            const { symbol = '', first = 0 } = (message?.d ?? {}) as Partial<terminal.TickFrame>;
            if (message !== undefined) out.push(message.t === 'tick' ? `${symbol}${first}` : `deal${message.seq}`);
          } else {
            newest.set(one, ++ticks);
            inbox.push(tick(one, ticks), 100);
          }
        }
        out.push(...drain());
        expect(out.filter((word) => word.startsWith('deal'))).toEqual(
          Array.from({ length: seq }, (_, n) => `deal${n + 1}`),
        );
        for (const [symbol, last] of newest) {
          const heard = out.filter((word) => word.startsWith(symbol)).map((word) => Number(word.slice(1)));
          expect(heard).toEqual([...heard].sort((a, b) => a - b));
          expect(heard.at(-1)).toBe(last);
        }
        expect(out.length - seq + seen.dropped).toBe(ticks);
        inbox.close();
      }),
      { seed: 42, numRuns: 300 },
    );
  });
});
