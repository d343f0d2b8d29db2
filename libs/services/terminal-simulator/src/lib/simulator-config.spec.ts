import { parseSimulatorConfig } from './simulator-config';

const least = {
  gateway: { port: 7005 },
  keyFile: 'key',
  stateFolder: 'state',
  fingerprint: 'f',
  feeds: [{ symbol: 'EURUSD', files: ['a.csv'] }],
};

describe('the configuration', () => {
  it('needs little and has pessimistic defaults', () => {
    expect(parseSimulatorConfig(JSON.stringify(least))).toMatchObject({
      gateway: { host: '127.0.0.1', port: 7005 },
      login: 'PAPER-1',
      server: 'Simulator',
      feeds: [{ symbol: 'EURUSD', files: ['a.csv'], path: 'worst', onBadRow: 'fail', spreadPoints: 0, instrument: {} }],
      lockstep: true,
      speed: 'max',
    });
  });

  it('names every bad field at once', () => {
    const feed = { symbol: 'EURUSD', files: ['a.csv'], zone: 'Mars', instrument: { digits: -1 } };
    const bad = { ...least, deposit: '-5', speed: 0, typo: 1, feeds: [...least.feeds, feed] };
    expect(() => parseSimulatorConfig(JSON.stringify(bad))).toThrow(
      /(?=[^]*deposit: )(?=[^]*speed: )(?=[^]*feeds\.1\.zone: )(?=[^]*typo)(?=[^]*feeds\.1\.instrument\.digits: )/,
    );
    expect(() => parseSimulatorConfig('{')).toThrow(/not JSON/);
  });

  it('lets no name stand for two symbols', () => {
    const feeds = (second: object) =>
      JSON.stringify({ ...least, feeds: [...least.feeds, { files: ['b.csv'], ...second }] });
    expect(parseSimulatorConfig(feeds({ symbol: 'GBPUSD' })).feeds).toHaveLength(2);
    expect(() => parseSimulatorConfig(feeds({ symbol: 'EURUSD' }))).toThrow(/feeds\.1\.symbol: EURUSD names feed 0/);
    expect(() => parseSimulatorConfig(feeds({ symbol: 'EU', instrument: { brokerSymbol: 'EURUSD' } }))).toThrow(
      /feeds\.1\.symbol: EURUSD names feed 0/,
    );
    expect(() => parseSimulatorConfig(JSON.stringify({ ...least, feeds: [] }))).toThrow(/feeds: /);
  });
});
