import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topicRows, topicsReference } from './topics-reference';
import { canonicalHex } from '../testing/canonical-hex';
import { TOPICS } from './topics';
import type { MessageCodec } from './topics';

const topics = Object.values(TOPICS);

describe('the topic catalogue', () => {
  it('names each topic as a noun with a version, once', () => {
    for (const { name } of topics) expect(name).toMatch(/^[a-z]+(\.[a-z]+)?\.v\d+$/);
    expect(new Set(topics.map(({ name }) => name)).size).toBe(topics.length);
  });

  it('gives every topic one owner, the one that publishes it', () => {
    expect(Object.fromEntries(topics.map(({ name, owner }) => [name, owner]))).toEqual({
      'market.tick.v1': 'gateway',
      'trade.event.v1': 'gateway',
      'account.event.v1': 'gateway',
      'market.bar.v1': 'prediction',
      'prediction.v1': 'prediction',
      'decision.v1': 'decision',
      'order.event.v1': 'execution',
      'position.event.v1': 'execution',
      'risk.event.v1': 'risk-manager',
    });
  });

  it('keys what is about prices by symbol and what is about money by account', () => {
    const bySymbol = topics.filter(({ keyedBy }) => keyedBy === 'symbol').map(({ name }) => name);
    expect(bySymbol.toSorted()).toEqual(['market.bar.v1', 'market.tick.v1', 'prediction.v1']);
  });

  it('has partitions and a retention for each', () => {
    for (const { partitions, retentionMs } of topics) {
      expect(partitions).toBeGreaterThan(0);
      expect(retentionMs).toBeGreaterThanOrEqual(86_400_000);
    }
  });

  it.each(topicRows())('carries $message on $name through its own codec', ({ name, message }) => {
    const topic = topics.find((each) => each.name === name);
    const codec: MessageCodec<unknown> = topic!.codec;
    const file = join(__dirname, '../../fixtures', `${message}.json`);
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: { json: unknown; hex: string }[] };
    for (const { json, hex } of cases) {
      const bytes = codec.encode(codec.fromJSON(json)).finish();
      expect(canonicalHex(message, bytes)).toBe(hex);
      expect(codec.toJSON(codec.decode(bytes))).toEqual(json);
    }
  });

  it('is what docs/reference/topics.md says (node tools/workspace/reference.mjs topics)', () => {
    const page = readFileSync(join(__dirname, '../../../../docs/reference/topics.md'), 'utf8');
    expect(page).toBe(topicsReference());
  });
});
