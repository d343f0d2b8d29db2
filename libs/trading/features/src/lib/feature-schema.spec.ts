import { FEATURE_SCHEMA } from './feature-engine';
import { describeSchema } from './feature-schema';

describe('describeSchema', () => {
  const [a, b] = [
    { name: 'a', formula: 'close / open', warmUpBars: 1 },
    { name: 'b', formula: 'high / low', warmUpBars: 9 },
  ];

  it('hashes names, order, formulas and warm-ups', () => {
    const { hash } = describeSchema([a, b], 1);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(describeSchema([{ ...a }, { ...b }], 1).hash).toBe(hash);
    const others = [
      [b, a],
      [a],
      [a, { ...b, formula: 'low / high' }],
      [a, { ...b, warmUpBars: 8 }],
      [{ ...a, name: 'c' }, b],
    ];
    for (const other of others) expect(describeSchema(other, 1).hash).not.toBe(hash);
  });

  it('warms up as long as its slowest feature', () => {
    expect(describeSchema([a, b], 1).warmUpBars).toBe(9);
    expect(describeSchema([a, b], 15).warmUpBars).toBe(15);
  });

  it('still describes the features that the shipped model was trained on', () => {
    expect(FEATURE_SCHEMA.hash).toBe('aa5c80bc84d8c349');
    expect(new Set(FEATURE_SCHEMA.names).size).toBe(FEATURE_SCHEMA.names.length);
  });
});
