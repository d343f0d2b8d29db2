import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import type { DescMessage } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import * as contracts from '../index';
import { canonicalHex } from '../testing/canonical-hex';
import { reflectionImage } from './reflection';
import type { MessageCodec } from './topics';

interface Fixture {
  readonly message: string;
  readonly cases: readonly { readonly json: Record<string, unknown>; readonly hex: string }[];
}

const FOLDER = join(__dirname, '../../fixtures');
const ADVICE = 'run node libs/contracts/fixtures.mjs';

const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, reflectionImage()));
const messages = [...files].filter(
  (type): type is DescMessage => type.kind === 'message' && type.typeName.startsWith('trading.'),
);
const fixtureNames = readdirSync(FOLDER).map((name) => name.replace(/\.json$/, ''));

/** The codec of `trading.<namespace>.v1.<Message>`. */
function codecOf(typeName: string): MessageCodec<unknown> {
  const [, namespace = '', , message = ''] = typeName.split('.');
  const room = contracts[namespace as keyof typeof contracts] as unknown as Record<string, MessageCodec<unknown>>;
  const codec = room[message];
  if (codec === undefined) throw new Error(`${typeName} has no codec.`);
  return codec;
}

const fixtureOf = (typeName: string) => JSON.parse(readFileSync(join(FOLDER, `${typeName}.json`), 'utf8')) as Fixture;

describe('golden fixtures', () => {
  it(`exist for every message and for nothing else (${ADVICE})`, () => {
    expect(fixtureNames.toSorted()).toEqual(messages.map(({ typeName }) => typeName).toSorted());
    expect(messages.length).toBeGreaterThan(90);
  });

  describe.each(messages.map((message) => [message.typeName, message] as const))('of %s', (typeName, message) => {
    const { cases } = fixtureOf(typeName);
    const codec = codecOf(typeName);

    it(`set every field (${ADVICE})`, () => {
      const set = new Set(cases.flatMap(({ json }) => Object.keys(json)));
      expect(message.fields.map(({ jsonName }) => jsonName).filter((name) => !set.has(name))).toEqual([]);
      expect(cases.length).toBeGreaterThan(0);
    });

    it('decode to their JSON and encode to their bytes again', () => {
      for (const { json, hex } of cases) {
        const decoded = codec.decode(Buffer.from(hex, 'hex'));
        expect(codec.toJSON(decoded)).toEqual(json);
        expect(codec.fromJSON(json)).toEqual(decoded);
        expect(canonicalHex(typeName, codec.encode(decoded).finish())).toBe(hex);
        expect(canonicalHex(typeName, codec.encode(codec.fromJSON(json)).finish())).toBe(hex);
      }
    });
  });
});
