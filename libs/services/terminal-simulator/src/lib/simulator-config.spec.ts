import { parseSimulatorConfig } from './simulator-config';

const least = {
  gateway: { port: 7005 },
  keyFile: 'key',
  stateFolder: 'state',
  fingerprint: 'f',
  files: ['a.csv'],
  symbol: 'EURUSD',
};

describe('the configuration', () => {
  it('needs little and has pessimistic defaults', () => {
    expect(parseSimulatorConfig(JSON.stringify(least))).toMatchObject({
      gateway: { host: '127.0.0.1', port: 7005 },
      login: 'PAPER-1',
      server: 'Simulator',
      path: 'worst',
      speed: 'max',
      onBadRow: 'fail',
    });
  });

  it('names every bad field at once', () => {
    const bad = { ...least, deposit: '-5', speed: 0, zone: 'Mars', typo: 1, instrument: { digits: -1 } };
    expect(() => parseSimulatorConfig(JSON.stringify(bad))).toThrow(
      /(?=[^]*deposit: )(?=[^]*speed: )(?=[^]*zone: )(?=[^]*typo)(?=[^]*instrument\.digits: )/,
    );
    expect(() => parseSimulatorConfig('{')).toThrow(/not JSON/);
  });
});
