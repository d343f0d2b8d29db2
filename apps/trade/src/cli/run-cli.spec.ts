import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decision } from '@trading/contracts';
import { COMMANDS } from '../commands/command-table';
import type { Connect } from '../system/system';
import { FakeSystem } from '../testing/fake-clients';
import { MemoryConsole } from '../testing/memory-console';
import { runCli } from './run-cli';

async function trade(argv: string, fake = new FakeSystem('PAPER-1'), answers: string[] = [], accounts: string[] = []) {
  const console = new MemoryConsole(answers);
  const asked: boolean[] = [];
  const connect: Connect = async ({ asOperator = false }) => {
    asked.push(asOperator);
    return {
      clients: fake.clients,
      accounts,
      grpcAddress: '127.0.0.1:9190',
      readiness: async () => undefined,
      close: () => undefined,
    };
  };
  const code = await runCli(argv.split(' ').filter(Boolean), { console, env: {}, cwd: '/nowhere', connect });
  return { code, console, asked };
}

describe('the command line', () => {
  it('lists every command, and up, without words and for help', async () => {
    for (const words of ['', 'help', '--help', '-h']) {
      const { code, console } = await trade(words);
      expect(code).toBe(0);
      for (const name of ['up', ...COMMANDS.map((command) => command.name)]) {
        expect(console.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
      }
    }
  });

  it.each(COMMANDS.map(({ name }) => name))('helps with %s and names all its options', async (name) => {
    const [long, short, asked] = [
      await trade(`${name} --help`),
      await trade(`${name} -h`),
      await trade(`help ${name}`),
    ];
    expect(long.code).toBe(0);
    expect(long.console.stdout).toBe(short.console.stdout);
    expect(long.console.stdout).toBe(asked.console.stdout);
    for (const option of ['--json', '--data-dir', '--help']) expect(long.console.stdout).toContain(option);
  });

  it.each([
    ['stauts', 'Did you mean status?'],
    ['flaten', 'Did you mean flatten?'],
    ['sell-everything', './trade help'],
    ['help stauts', 'Did you mean status?'],
    ['status --chekc', 'Did you mean --check?'],
    ['halt --reson x', 'Did you mean --reason?'],
    ['halt --reason --all', '--reason needs a value'],
    ['halt --all=yes', '--all takes no value'],
    ['halt PAPER-1 PAPER-2', 'PAPER-2'],
    ['halt PAPER-1 --all', 'not both'],
    ['halt PAPER-9', 'Did you mean PAPER-1?'],
    ['resume', 'Say which account'],
    ['train --symbol EURUSD', '--data'],
    ['train --data x.csv', '--symbol'],
    ['train --to yesterday', '--to yesterday is no time'],
    ['train --horizon 0', '--horizon'],
  ])('refuses `%s` with exit code 2 and a paragraph', async (words, says) => {
    const { code, console } = await trade(words);
    expect(code).toBe(2);
    expect(console.stdout).toBe('');
    expect(console.stderr).toContain(says);
  });
});

describe('halting by command', () => {
  it('halts every account when none is named, those of finished runs included', async () => {
    const fake = new FakeSystem('PAPER-1', 'PAPER-2');
    const { code, asked } = await trade('halt', fake, [], ['PAPER-2']);
    expect(code).toBe(0);
    expect(asked).toEqual([true]);
    expect([...fake.states.values()]).toEqual(['TRADING_STATE_HALTED', 'TRADING_STATE_HALTED']);
    expect([...fake.gatewayHalts.keys()]).toEqual(['PAPER-1', 'PAPER-2']);
  });

  it('succeeds by the gateway alone, for any name, while risk-manager cannot say which accounts there are', async () => {
    const fake = new FakeSystem('PAPER-1');
    fake.down.add('risk-manager').add('execution');
    const { code, console } = await trade('halt PAPER-1 --reason smoke', fake);
    expect(code).toBe(0);
    expect(fake.gatewayHalts.get('PAPER-1')).toBe('smoke');
    expect(console.stdout).toContain('risk-manager: FAILED');
  });

  it('fails, and says so, when no door is there', async () => {
    const fake = new FakeSystem('PAPER-1');
    for (const door of ['risk-manager', 'gateway', 'execution'] as const) fake.down.add(door);
    const named = await trade('halt PAPER-1', fake);
    expect(named.code).toBe(1);
    expect(named.console.stdout).toContain('could NOT be halted');
    const all = await trade('halt --all', fake);
    expect(all.code).toBe(1);
    expect(all.console.stderr).toContain('./trade up');
  });

  it('asks before it resumes, and changes nothing on any answer but yes', async () => {
    const fake = new FakeSystem('PAPER-1');
    await trade('halt', fake);
    expect((await trade('resume PAPER-1', fake, ['no'])).code).toBe(1);
    expect(fake.states.get('PAPER-1')).toBe('TRADING_STATE_HALTED');
    expect((await trade('resume PAPER-1', fake, ['y'])).code).toBe(0);
    expect(fake.states.get('PAPER-1')).toBe('TRADING_STATE_ACTIVE');
    expect(fake.gatewayHalts.size).toBe(0);
  });

  it('does not ask when nobody is there or --yes is given', async () => {
    for (const [words, answers] of [
      ['resume --all', []],
      ['resume --all --yes', ['no']],
    ] as const) {
      const { code, console } = await trade(words, new FakeSystem('PAPER-1'), [...answers]);
      expect(code).toBe(0);
      expect(console.questions).toEqual([]);
    }
  });

  it('flattens the account that is traded now, and prints one JSON document', async () => {
    const fake = new FakeSystem('PAPER-2');
    fake.positions.set('PAPER-2', 3);
    const { code, console } = await trade('flatten --json --request-id r1', fake, [], ['PAPER-2']);
    expect(code).toBe(0);
    const parsed = JSON.parse(console.stdout) as { requestId: string; accounts: { left: unknown[] }[] };
    expect(parsed.requestId).toBe('r1');
    expect(parsed.accounts[0]?.left).toEqual([]);
  });
});

describe('status by command', () => {
  it('has exit code 4 for a halted account only when it is to check', async () => {
    const fake = new FakeSystem('PAPER-1');
    expect((await trade('status --check', fake)).code).toBe(0);
    await trade('halt', fake);
    expect((await trade('status', fake)).code).toBe(0);
    const { code, console } = await trade('status --check', fake);
    expect(code).toBe(4);
    expect(console.stderr).toContain('PAPER-1 is halted');
  });

  it('shows the rest when a service is away', async () => {
    const fake = new FakeSystem('PAPER-1');
    fake.down.add('execution');
    const { code, console } = await trade('status', fake);
    expect(code).toBe(0);
    expect(console.stdout).toContain('Unknown: The system does not answer');
    expect(console.stdout).toMatch(/PAPER-1 +ACTIVE/);
  });

  it('fails when nothing answers', async () => {
    const fake = new FakeSystem('PAPER-1');
    for (const door of ['risk-manager', 'gateway', 'execution', 'decision'] as const) fake.down.add(door);
    expect((await trade('status', fake)).code).toBe(1);
  });
});

describe('explaining by command', () => {
  it('finds an id of a finished run, but takes `last` of the run that is on', async () => {
    const fake = new FakeSystem('PAPER-1', 'PAPER-2');
    const story = decision.ExplainResponse.fromPartial({ decision: { decisionId: 'd1', words: 'Buy 2 US500' } });
    fake.stories.set('PAPER-1 d1', story);
    expect((await trade('explain d1', fake)).console.stdout).toContain('Buy 2 US500');
    expect((await trade('explain d2', fake)).code).toBe(1);
    expect((await trade('explain last --account PAPER-2', fake)).console.stderr).toContain('no decision yet');
    expect((await trade('explain', fake)).code).toBe(2);
  });
});

describe('finding the system', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trade-cli-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const status = async () => {
    const console = new MemoryConsole();
    const code = await runCli(['status', '--data-dir', folder], { console, env: {}, cwd: '/' });
    return { code, said: console.stderr };
  };

  it('says how to start it when none is there, when it is gone, and what is wrong with its file', async () => {
    expect(await status()).toEqual({ code: 1, said: expect.stringContaining('./trade up') });
    // No process has this id: Linux and macOS stop below.
    const gone = {
      pid: 2 ** 30,
      http: 'http://127.0.0.1:1',
      grpc: '127.0.0.1:1',
      operatorTokenFile: 'x',
      accounts: [],
    };
    writeFileSync(join(folder, 'endpoints.json'), JSON.stringify({ ...gone, startedAt: 'yesterday' }));
    expect(await status()).toEqual({ code: 1, said: expect.stringContaining('is gone') });
    writeFileSync(join(folder, 'endpoints.json'), '{"pid":1}');
    expect(await status()).toEqual({ code: 1, said: expect.stringContaining('http') });
  });
});
