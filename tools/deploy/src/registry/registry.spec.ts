import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TOPICS } from '@trading/contracts';
import { callersOf, parseRegistry, readRegistry, servicesOf } from './registry';

const root = resolve(__dirname, '../../../..');
const text = readFileSync(join(root, 'deploy/services.yaml'), 'utf8');

describe('the registry of services', () => {
  const registry = readRegistry(root);

  it('names topics of the catalogue, and as publishers those who own them', () => {
    const topics = Object.values(TOPICS);
    const owners = (name: string): readonly string[] =>
      topics.filter(({ owner }) => owner === (name.endsWith('-gateway') ? 'gateway' : name)).map((topic) => topic.name);
    for (const { name, publishes, consumes } of servicesOf(registry)) {
      expect([...publishes].sort()).toEqual([...owners(name)].sort());
      for (const topic of consumes) expect(topics.map((each) => each.name)).toContain(topic);
    }
  });

  it('tells who calls whom', () => {
    expect(callersOf(registry, 'mt5-gateway')).toEqual(['prediction', 'execution']);
    expect(callersOf(registry, 'decision')).toEqual([]);
  });

  it.each([
    ['a singleton that is scaled', 'replicas: 0, requests', 'replicas: 2, requests', /services.execution.size/],
    ['an unknown key', 'role: lag', 'rôle: lag', /services.prediction/],
    ['a call to nobody', 'calls: [execution]', 'calls: [executor]', /services.decision.calls.0/],
    ['memory without a unit', 'memory: 512Mi', 'memory: 512', /expected a quantity of memory|memory/],
    ['a lag of what is not consumed', 'scaledBy: prediction.v1', 'scaledBy: market.bar.v1', /decision.scaledBy/],
  ])('refuses %s', (_, from, to, message) => {
    expect(text).toContain(from);
    expect(() => parseRegistry(text.replace(from, to), 'services.yaml')).toThrow(message);
  });
});
