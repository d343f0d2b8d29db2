import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../cli/run-cli';
import { FakeSystem } from '../testing/fake-clients';
import { MemoryConsole } from '../testing/memory-console';

describe('trade limits', () => {
  let folder: string;
  let fake: FakeSystem;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'trading-limits-'));
    fake = new FakeSystem('PAPER-1', 'PAPER-2');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (accounts: unknown): void =>
    writeFileSync(
      join(folder, 'accounts.yaml'),
      typeof accounts === 'string' ? accounts : JSON.stringify({ accounts }),
    );

  async function limits(words: string, answers: string[] = []) {
    const console = new MemoryConsole(answers);
    const asked: boolean[] = [];
    const connect = async ({ asOperator = false }) => {
      asked.push(asOperator);
      const system = { accounts: [], grpcAddress: '', readiness: async () => undefined, close: () => undefined };
      return { ...system, clients: fake.clients };
    };
    const argv = ['limits', ...words.split(' '), '--data-dir', join(folder, 'data')];
    const code = await runCli(argv, { console, env: {}, cwd: folder, connect });
    return { code, asked, out: console.stdout, err: console.stderr };
  }

  it('shows limits, and where the account stands', async () => {
    const { code, out } = await limits('show PAPER-1');
    expect(code).toBe(0);
    expect(out).toMatch(/limits of version 0 \(the default\)[\s\S]*maxOrderLots +9/);
    expect(out).toMatch(/worst case +9900.00[\s\S]*reserved +BUY 0.2 EURUSD[\s\S]*floor 9500.00/);
  });

  it('plans the difference by field and changes nothing', async () => {
    write({ 'PAPER-1': { preset: 'two-step-static', maxOrderLots: 2, weeklyFlat: 'Fri 20:45 America/New_York' } });
    const { code, out, asked } = await limits('plan accounts.yaml');
    expect([code, asked, fake.log]).toEqual([0, [false], []]);
    expect(out).toContain('PAPER-1 (version 0, preset two-step-static)');
    expect(out).toMatch(/maxOrderLots +9 +→ +2/);
    expect(out).toMatch(/weeklyFlat +- +→ +Fri 20:45/);
    expect(out).toMatch(/lossLimits.daily-loss +- +→ +5% below dayStart balance, reset 00:00 Europe\/Prague/);
  });

  it('reads YAML as people write it', async () => {
    write(
      [
        'accounts:',
        '  PAPER-1: # the first',
        '    preset: two-step-static',
        '    maxOrderLots: 2.5',
        '    blockedSessions: [Fri 21:00-Sun 24:00 America/New_York]',
        '    newsBlackouts:',
        '      - { name: CPI, from: 2026-12-10T13:25:00Z, to: 2026-12-10T13:45:00Z, currencies: [USD] }',
      ].join('\n'),
    );
    const { code, out } = await limits('plan accounts.yaml');
    expect(code).toBe(0);
    expect(out).toMatch(/maxOrderLots +9 +→ +2.5/);
    expect(out).toMatch(/newsBlackouts.*CPI/);
  });

  it('applies what was planned, by an operator, with the reason, and then has nothing to change', async () => {
    write({ 'PAPER-1': { preset: 'two-step-static' }, 'PAPER-2': { maxOrderLots: '1' } });
    await limits('plan accounts.yaml');
    const applied = await limits('apply accounts.yaml --yes --reason because');
    expect([applied.code, applied.asked]).toEqual([0, [true]]);
    expect(fake.log).toEqual(['limits PAPER-1 1 because', 'limits PAPER-2 1 because']);
    expect((await limits('plan accounts.yaml')).out).toContain('PAPER-1 (version 1, preset two-step-static): nothing');
  });

  it('asks somebody who is there', async () => {
    write({ 'PAPER-1': { maxOrderLots: '1' } });
    await limits('plan accounts.yaml');
    expect((await limits('apply accounts.yaml', ['n'])).err).toContain('Nothing was changed');
    expect(fake.log).toEqual([]);
  });

  it('refuses to apply what was not planned, or against limits that changed since', async () => {
    write({ 'PAPER-1': { maxOrderLots: '1' } });
    expect((await limits('apply accounts.yaml --yes')).err).toContain('Nothing is planned');
    await limits('plan accounts.yaml');
    write({ 'PAPER-1': { maxOrderLots: '7' } });
    expect((await limits('apply accounts.yaml --yes')).err).toContain('other limits than were planned');
    await limits('plan accounts.yaml');
    await fake.clients.riskManager.setLimits({
      limits: await fake.clients.riskManager.getLimits({ accountId: 'PAPER-1' }),
      reason: 'another',
    });
    expect((await limits('apply accounts.yaml --yes')).err).toMatch(/changed since the plan/);
    expect(fake.log).toEqual(['limits PAPER-1 1 another']);
  });

  it.each([
    [{ 'PAPER-1': { preset: 'three-step' } }, /no preset "three-step"; there are: two-step-static/],
    [{ 'PAPER-1': { maxMoonPhase: 3 } }, /there is no limit maxMoonPhase/],
    [{ 'PAPER-1': { maxOpenOrders: '3' } }, /maxOpenOrders: expected a number/],
    [{ 'PAPER-1': { maxOrderLots: 'many' } }, /maxOrderLots is not a decimal number/],
    [{ 'PAPER-1': { lossLimits: [{ name: 'a', floor: '5' }] } }, /lossLimits: expected a list of rules/],
    [{ 'PAPER-1': { newsBlackouts: [{ name: 'CPI', from: '2026-06-10T12:25', to: 'x' }] } }, /newsBlackouts: expected/],
    [{ 'PAPER-9': {} }, /risk-manager knows no account PAPER-9/],
    [{}, /names no accounts/],
    ['accounts:\n\t- x: [', /is not YAML/],
  ])('refuses the file %j', async (accounts, message) => {
    write(accounts);
    const { code, err } = await limits('plan accounts.yaml');
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it('takes times of news with their zone', async () => {
    const cpi = { name: 'CPI', from: '2026-06-10T12:25:00Z', to: '2026-06-10T14:35:00+02:00', currencies: ['USD'] };
    write({ 'PAPER-1': { newsBlackouts: [cpi] } });
    expect((await limits('plan accounts.yaml')).out).toMatch(/USD 2026-06-10T12:25:00Z to 2026-06-10T12:35:00Z/);
  });

  it('tells who changed what, and the presets', async () => {
    expect((await limits('audit PAPER-1')).out).toMatch(/PAPER-1 +operator +state +ACTIVE → HALTED +so/);
    expect((await limits('presets')).out).toContain('trailing-end-of-day');
    expect((await limits('frobnicate')).code).toBe(2);
  });
});
