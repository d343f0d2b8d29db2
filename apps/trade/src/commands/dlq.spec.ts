import type { ListedLetter, Place, ReplayReport, ShownLetter } from '@trading/platform-kafka';
import { parseCommandLine } from '../cli/parse-command-line';
import { replayWords } from '../dlq/letter-words';
import type { DeadLetterDesk } from '../dlq/open-dead-letters';
import { MemoryConsole } from '../testing/memory-console';
import { dlqCommandOver } from './dlq';

const letter = (offset: number): ListedLetter => ({
  partition: 0,
  offset,
  topic: 'order.event.v1',
  group: 'risk-manager',
  reason: 'no such account',
  key: 'PAPER-1',
  headers: { traceparent: '00-1' },
  value: Buffer.from('abc'),
  original: { partition: 3, offset: 17 + offset },
  publishedUs: 1_700_000_000_000_000,
  buriedUs: 1_700_000_001_000_000,
  isReplayed: false,
});

/** Dead letters that remember what was replayed. */
class FakeDesk implements DeadLetterDesk {
  private readonly replayed = new Set<number>();
  constructor(private readonly count: number) {}

  async list({ limit }: { limit: number }): Promise<ListedLetter[]> {
    return this.letters().slice(-limit);
  }

  async show(topic: string, partition: number, offset: number): Promise<ShownLetter> {
    const found = this.letters().find((each) => each.offset === offset && each.partition === partition);
    if (!found) throw Object.assign(new Error(`${topic}.dlq has no such letter`), { code: 'LETTER_NOT_FOUND' });
    return { ...found, body: { kind: 'json', json: { n: offset } } };
  }

  async replay(_: string, which: Place | 'all'): Promise<ReplayReport> {
    const wanted = this.letters().filter(({ offset }) => which === 'all' || which.offset === offset);
    const replayed = wanted.filter(({ isReplayed }) => !isReplayed);
    const report = {
      messages: new Set(replayed.map(({ original }) => original.offset)).size,
      replayed,
      skipped: wanted.filter(({ isReplayed }) => isReplayed),
    };
    for (const { offset } of wanted) this.replayed.add(offset);
    return report;
  }

  private letters(): ListedLetter[] {
    return Array.from({ length: this.count }, (_, n) => ({ ...letter(n), isReplayed: this.replayed.has(n) }));
  }
}

function trade(words: string, desk = new FakeDesk(3)) {
  const console = new MemoryConsole();
  const command = dlqCommandOver(async () => desk);
  const run = async () => {
    const parsed = parseCommandLine(command, words.split(' ').filter(Boolean));
    const connect = async () => Promise.reject(new Error('the services are not asked'));
    return command.run({ ...parsed, console, env: {}, cwd: '/nowhere', connect });
  };
  return { console, run };
}

describe('./trade dlq', () => {
  it('lists the newest dead letters with their places and reasons', async () => {
    const { console, run } = trade('list order.event.v1 --limit 2');
    expect(await run()).toBe(0);
    const [head, ...rows] = console.stdout.split('\n');
    expect(head).toMatch(/^TOPIC +PARTITION +OFFSET +SINCE/);
    expect(rows.slice(0, 2).map((row) => row.split(/\s+/).slice(0, 4))).toEqual([
      ['order.event.v1', '0', '1', '2023-11-14T22:13:21.000Z'],
      ['order.event.v1', '0', '2', '2023-11-14T22:13:21.000Z'],
    ]);
    expect(rows[0]).toContain('no such account');
  });

  it('says so when there are none', async () => {
    const { console, run } = trade('list', new FakeDesk(0));
    await run();
    expect(console.stdout).toBe('There are no dead letters.');
  });

  it('shows one as text and as JSON, without its bytes', async () => {
    const text = trade('show order.event.v1 0 1');
    await text.run();
    expect(text.console.stdout).toContain('"n": 1');
    expect(text.console.stdout).toContain('partition 3, offset 18');
    const json = trade('show order.event.v1 0 1 --json');
    await json.run();
    expect(JSON.parse(json.console.stdout)).toMatchObject({ offset: 1, bytes: 3, body: { json: { n: 1 } } });
    expect(json.console.stdout).not.toContain('"value"');
  });

  it('replays one or all, and leaves those alone that were replayed before', async () => {
    const desk = new FakeDesk(3);
    const one = trade('replay order.event.v1 0 1', desk);
    await one.run();
    expect(one.console.stdout).toBe('1 dead letter of order.event.v1 was published again.');
    const all = trade('replay order.event.v1 --all', desk);
    await all.run();
    expect(all.console.stdout).toBe(
      '2 dead letters of order.event.v1 were published again. 1 dead letter had been replayed before and stayed.',
    );
  });

  it('says of how many messages those were that several services could not handle', () => {
    const of = (group: string) => ({ ...letter(1), group });
    const report = { messages: 1, replayed: [of('risk-manager'), of('gateway-mt5-1')], skipped: [] };
    expect(replayWords('order.event.v1', report)).toBe(
      '2 dead letters of order.event.v1 were published again, as 1 message.',
    );
  });

  it.each([
    '',
    'bury',
    'list a b',
    'list --limit many',
    'show order.event.v1',
    'show order.event.v1 0 -1',
    'replay order.event.v1',
    'replay order.event.v1 0',
    'replay order.event.v1 0 1 --all',
  ])('refuses "%s" before it asks Kafka', async (words) => {
    await expect(trade(words).run()).rejects.toMatchObject({ exitCode: 2 });
  });

  it('says which letter there is not', async () => {
    await expect(trade('show order.event.v1 0 9').run()).rejects.toMatchObject({
      exitCode: 2,
      message: 'order.event.v1.dlq has no such letter',
    });
  });
});
