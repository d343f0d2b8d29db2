import { parseParameters, StrategyParameterError } from './parameters';
import { STRATEGIES } from './registry';

const smaCross = STRATEGIES['sma-cross']!;

function refusal(act: () => unknown): StrategyParameterError {
  try {
    act();
  } catch (error) {
    if (error instanceof StrategyParameterError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('the parameters of a strategy', () => {
  it('are the defaults where nothing is given', () => {
    expect(parseParameters(smaCross, {})).toMatchObject({ fast: 20, slow: 100, units: 0, stopAtr: 3, riskPct: 1 });
  });

  it('take the given numbers', () => {
    expect(parseParameters(smaCross, { fast: '5', slow: '10', riskPct: '0.5' })).toMatchObject({
      fast: 5,
      slow: 10,
      riskPct: 0.5,
    });
  });

  it('place no stop with a fixed size, unless a stop is asked for', () => {
    expect(parseParameters(smaCross, { units: '10000' })).toMatchObject({ units: 10_000, stopAtr: 0 });
    expect(parseParameters(smaCross, { units: '10000', stopAtr: '2' })).toMatchObject({ stopAtr: 2 });
    expect(parseParameters(smaCross, { units: '0' })).toMatchObject({ stopAtr: 3 });
  });

  it('suggest the name that was probably meant, and list the ranges', () => {
    const error = refusal(() => parseParameters(smaCross, { fats: '5' }));
    expect(error).toMatchObject({ code: 'STRATEGY_PARAMETER', parameter: 'fats', suggestion: 'fast' });
    expect(error.message).toContain('Did you mean "fast"?');
    expect(error.message).toContain('slow (2 to 10000)');
  });

  it('suggest nothing for a name like none of them', () => {
    const error = refusal(() => parseParameters(smaCross, { wavelength: '5' }));
    expect(error.suggestion).toBeUndefined();
    expect(error.message).not.toContain('Did you mean');
  });

  it.each(['constructor', '__proto__', 'toString'])('do not take %s for a parameter', (name) => {
    expect(refusal(() => parseParameters(smaCross, Object.fromEntries([[name, '1']]))).parameter).toBe(name);
  });

  it.each([
    ['fast', '0'],
    ['fast', '2.5'],
    ['fast', ''],
    ['fast', 'twenty'],
    ['riskPct', 'NaN'],
    ['riskPct', 'Infinity'],
    ['riskPct', '-1'],
  ])('refuse %s=%s with the allowed range', (name, value) => {
    const { message, parameter } = refusal(() => parseParameters(smaCross, { [name]: value }));
    expect(parameter).toBe(name);
    expect(message).toMatch(new RegExp(`${name} as a (whole )?number from .* to .*, not "${value}"`));
  });

  it.each(Object.values(STRATEGIES))('of $name have defaults within their own ranges', (definition) => {
    for (const spec of Object.values(definition.parameters)) {
      expect(spec.default).toBeGreaterThanOrEqual(spec.min);
      expect(spec.default).toBeLessThanOrEqual(spec.max);
      expect(spec.integer ? Number.isInteger(spec.default) : true).toBe(true);
      expect(spec.description).toMatch(/\.$/);
    }
    expect(() => definition.create(parseParameters(definition, {}))).not.toThrow();
  });

  it.each([
    ['sma-cross', { fast: '100' }, 'fast'],
    ['model-threshold', { enter: '0.5', exit: '0.6' }, 'exit'],
    ['model-threshold', { allowShort: '1', enterShort: '0.55' }, 'enterShort'],
  ])('of %s are refused where they contradict each other: %j', (name, pairs, parameter) => {
    const definition = STRATEGIES[name]!;
    expect(refusal(() => definition.create(parseParameters(definition, pairs))).parameter).toBe(parameter);
  });
});
