import { common } from '../index';
import { plainInstrument } from './instrument';
import { WordMissing } from './words';

const MESSAGE: common.Instrument = {
  ...common.Instrument.fromJSON({
    symbol: 'US500',
    brokerSymbol: 'US500.m',
    digits: 2,
    tickSize: '0.01',
    tradable: true,
  }),
  fillingModes: [common.FillingMode.FOK, common.FillingMode.IOC],
  executionMode: common.ExecutionMode.MARKET,
  stopsOnOpen: common.StopsOnOpen.WITH,
  sessions: [{ fromMinute: 60, toMinute: 120 }],
};

describe('the instrument of a message', () => {
  it('is taken over in bare words', () => {
    expect(plainInstrument(MESSAGE)).toMatchObject({
      symbol: 'US500',
      brokerSymbol: 'US500.m',
      digits: 2,
      tickSize: '0.01',
      fillingModes: ['FOK', 'IOC'],
      executionMode: 'MARKET',
      stopsOnOpen: 'WITH',
      sessions: [{ fromMinute: 60, toMinute: 120 }],
      tradable: true,
    });
  });

  it.each([
    { executionMode: common.ExecutionMode.UNSPECIFIED },
    { stopsOnOpen: common.StopsOnOpen.UNSPECIFIED },
    { fillingModes: [common.FillingMode.UNSPECIFIED] },
  ])('is refused where it leaves a rule of the broker open: %j', (changes) => {
    expect(() => plainInstrument({ ...MESSAGE, ...changes })).toThrow(WordMissing);
  });
});
