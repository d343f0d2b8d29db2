import { isAbsolute } from 'node:path';
import { existsSync } from 'node:fs';
import { parseUpOptions } from './options';
import type { UpOptions } from './up-options';
import { OPTIONS } from './usage';
import { UsageError } from './usage-error';

function parse(...argv: string[]): UpOptions {
  const command = parseUpOptions(argv, {}, '/work');
  if (command.kind !== 'run') throw new Error('expected options');
  return command.options;
}

function refusal(...argv: string[]): string {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error(`${argv.join(' ')} was not refused`);
}

const withData = ['--data', 'ticks.csv', '--symbol', 'EURUSD', '--strategy', 'sma-cross'];

describe('the options of up', () => {
  it('trade the shipped S&P 500 with a model when nothing is said', () => {
    const options = parse();
    expect(options).toMatchObject({
      isDefaultData: true,
      symbol: 'US500',
      tz: 'UTC',
      strategy: 'model-threshold',
      balance: '100000',
      leverage: 30,
      commission: '0',
      spread: undefined,
      slippage: 0,
      path: 'worst',
      speed: 'max',
      exitAtEnd: false,
      dataDir: '/work/.data',
      onBadRow: 'fail',
      json: false,
      logLevel: 'warn',
    });
    expect(existsSync(options.data[0]!)).toBe(true);
    expect(options.ports.http).toEqual({ port: 8180, explicit: false });
    expect(options.ports.postgres).toEqual({ port: 0, explicit: false });
  });

  it('take everything that can be said', () => {
    const options = parse(
      ...['--data', 'a.csv', '--data=/b.csv.gz', '--symbol', 'eurusd', '--timeframe', 'm5', '--tz', 'ny+7'],
      ...['--strategy', 'sma-cross', '--strategy-param', 'fast=5', '--strategy-param', 'slow=9'],
      ...['--balance', '2500.50', '--leverage', '100', '--commission', '3.5', '--spread', '12', '--slippage', '1.5'],
      ...['--path', 'OHLC', '--speed', '60', '--exit-at-end', '--fail-if', 'maxDrawdownPct>10', '--fresh'],
      ...['--data-dir', 'here', '--http-port', '0', '--grpc-port', '19190', '--on-bad-row', 'skip'],
      ...['--seed', '7', '--json', '--log-level', 'debug'],
    );
    expect(options).toMatchObject({
      data: ['/work/a.csv', '/b.csv.gz'],
      isDefaultData: false,
      symbol: 'EURUSD',
      timeframe: 'M5',
      tz: 'ny+7',
      balance: '2500.50',
      leverage: 100,
      commission: '3.5',
      spread: 12,
      slippage: 1.5,
      path: 'OHLC',
      speed: 60,
      exitAtEnd: true,
      fresh: true,
      dataDir: '/work/here',
      onBadRow: 'skip',
      seed: 7,
      json: true,
      logLevel: 'debug',
    });
    expect(options.strategyParams).toMatchObject({ fast: 5, slow: 9, riskPct: 1 });
    expect(options.failIf).toMatchObject([{ metric: 'maxDrawdownPct', op: '>', value: 10 }]);
    expect(options.ports.http).toEqual({ port: 0, explicit: true });
    expect(options.ports.grpc).toEqual({ port: 19190, explicit: true });
  });

  it('mean by a relative path what who typed it sees, also through npm start', () => {
    const env = { npm_lifecycle_event: 'start', INIT_CWD: '/home/user' };
    const command = parseUpOptions(withData, env, '/work');
    expect(command).toMatchObject({ options: { data: ['/home/user/ticks.csv'], dataDir: '/work/.data' } });
  });

  it('take the log level from the environment where none is given', () => {
    expect(parseUpOptions([], { LOG_LEVEL: 'INFO' })).toMatchObject({ options: { logLevel: 'info' } });
    expect(parseUpOptions(['--log-level', 'error'], { LOG_LEVEL: 'info' })).toMatchObject({
      options: { logLevel: 'error' },
    });
  });

  it('leave times without a zone to the file of the user', () => {
    expect(parse(...withData).tz).toBeUndefined();
    expect(isAbsolute(parse(...withData).data[0]!)).toBe(true);
  });

  it.each(['--help', '-h'])('are all named by %s', (option) => {
    const command = parseUpOptions([option, '--data', 'x'], {});
    if (command.kind !== 'help') throw new Error('expected help');
    for (const { name } of OPTIONS) expect(command.text).toContain(`--${name}`);
    expect(command.text).toContain('fast=20');
    for (const line of command.text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it.each([
    [['--startegy', 'sma-cross'], /--startegy.*Did you mean --strategy\?/],
    [['--exitatend'], /Did you mean --exit-at-end\?/],
    [['--jsn=1'], /--jsn\..*Did you mean --json\?/],
    [['--completely-else'], /no option --completely-else.*--help/],
    [['-x'], /no option -x/],
    [['ticks.csv'], /"ticks\.csv".*--help/],
    [['--json=yes'], /--json is a switch/],
    [['--symbol'], /--symbol needs a value/],
    [['--data', '--symbol', 'EURUSD'], /--data needs a value/],
    [['--balance='], /--balance needs a value/],
    [['--data', 'x.csv'], /--symbol EURUSD/],
    [['--symbol', 'EURUSD'], /no data of EURUSD.*--data/],
    [['--data', 'x', '--symbol', 'EUR USD'], /--symbol.*letters.*"EUR USD"/],
    [['--timeframe', 'M2'], /--timeframe.*M1, M5.*"M2"/],
    [['--tz', 'Mars/Base'], /--tz.*ny\+7.*"Mars\/Base"/],
    [['--strategy', 'sma_cros'], /--strategy.*Did you mean sma-cross\?/],
    [['--strategy', 'constructor'], /--strategy.*expected one of/],
    [['--strategy-param', 'entr=1'], /no parameter "entr".*"enter"/],
    [['--strategy-param', 'enter'], /--strategy-param.*name=value.*"enter"/],
    [['--strategy-param', 'enter=high'], /--strategy-param.*from 0 to 1.*"high"/],
    [['--strategy-param', 'exit=0.9'], /--strategy-param.*exit at most enter/],
    [['--balance', '0'], /--balance.*above 0.*"0"/],
    [['--balance', '1e5'], /--balance/],
    [['--leverage', '0'], /--leverage.*from 1 to 1000.*"0"/],
    [['--leverage', '1.5'], /--leverage.*whole number/],
    [['--commission', '-1'], /--commission.*at least 0.*"-1"/],
    [['--spread', 'wide'], /--spread.*"wide"/],
    [['--path', 'best'], /--path.*worst.*"best"/],
    [['--speed', '0'], /--speed.*max, realtime.*"0"/],
    [['--fail-if', 'pnl'], /--fail-if.*maxDrawdownPct>10.*"pnl"/],
    [['--fail-if', 'maxDrawdownPc>10'], /no number maxDrawdownPc\. Did you mean maxDrawdownPct\?/],
    [['--http-port', '70000'], /--http-port.*0 to 65535.*"70000"/],
    [['--on-bad-row', 'ignore'], /--on-bad-row.*fail, skip.*"ignore"/],
    [['--seed', 'x'], /--seed.*whole number from 0.*"x"/],
    [['--log-level', 'loud'], /--log-level.*debug.*"loud"/],
  ])('refuse %j saying what was expected', (argv, says) => {
    const message = refusal(...argv);
    expect(message).toMatch(says);
    expect(message).not.toContain('\n');
  });

  it('accept a condition on denials that may not occur', () => {
    expect(parse('--fail-if', 'denials.SPREAD_TOO_WIDE>0').failIf).toHaveLength(1);
  });

  it('let the last of a repeated option count', () => {
    expect(parse('--seed', '1', '--seed', '2').seed).toBe(2);
  });
});
