#!/usr/bin/env node
// Golden fixtures: one file per message with cases of JSON and bytes, in which together every field is set. The bytes
// are made by protobuf-es from the descriptors, so that they are not the word of the codec that they test.
//   node libs/contracts/fixtures.mjs                      writes missing files, and a further case where fields are new
//   node libs/contracts/fixtures.mjs --rewrite NAME …     forgets the cases of these messages and writes new ones
// A case that exists is never changed without being named: bytes like it may lie in topics and tables.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFileRegistry, fromBinary, fromJson, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { format, resolveConfig } from 'prettier';

const folder = dirname(fileURLToPath(import.meta.url));
const NEW_YEAR_2010_US = 1_262_304_000_000_000;

const WORDS = {
  symbol: 'EURUSD',
  broker_symbol: 'EURUSD.m',
  timeframe: 'H1',
  currency: 'USD',
  account_id: 'paper-1',
  time_zone: 'America/New_York',
};
const DECIMAL =
  /(lots|price|stop_loss|take_profit|balance|equity|margin|profit|commission|swap|realised|amount|size|min|max|step)$/;

const text = ({ name, number }, index) =>
  WORDS[name] ?? (DECIMAL.test(name) ? `${number}.${index}5` : `${name}-${number + index}`);

function scalar(field, index) {
  const { number, name } = field;
  // Numbers of google.protobuf.FieldDescriptorProto.Type.
  switch (field.scalar) {
    case 1:
    case 2:
      return 1 + number / 8 + index;
    case 8:
      return true;
    case 9:
      return text(field, index);
    case 12:
      return Buffer.from([number, 0, 255, index]).toString('base64');
    default:
      return name.endsWith('_us') ? NEW_YEAR_2010_US + number * 1000 + index : 100 + number + index;
  }
}

function single(field, index) {
  if (field.message !== undefined) return sample(field.message, firsts(field.message));
  if (field.enum !== undefined) return field.enum.values.at(-1 - (index % 2)).name;
  return scalar(field, index);
}

function value(field) {
  switch (field.fieldKind) {
    case 'list':
      return [0, 1].map((index) => single({ ...plain(field), message: field.message, enum: field.enum }, index));
    case 'map':
      return { key: single({ ...plain(field), message: field.message, enum: field.enum }, 0) };
    default:
      return single(field, 0);
  }
}
const plain = ({ name, number, scalar: kind }) => ({ name, number, scalar: kind });

/** The first alternative of each oneof. */
const firsts = (message) => message.oneofs.map((oneof) => oneof.fields[0]);

/** JSON of `message` with every field set; of each oneof the alternative in `chosen`. */
function sample(message, chosen) {
  const fields = message.fields.filter((field) => field.oneof === undefined || chosen.includes(field));
  return Object.fromEntries(fields.map((field) => [field.jsonName, value(field)]));
}

function caseOf(message, chosen) {
  const json = sample(message, chosen);
  return { json, hex: Buffer.from(toBinary(message, fromJson(message, json))).toString('hex') };
}

/** One case per alternative of the longest oneof; the others go round. */
function cases(message) {
  const count = Math.max(1, ...message.oneofs.map((oneof) => oneof.fields.length));
  return Array.from({ length: count }, (_, index) =>
    caseOf(
      message,
      message.oneofs.map((oneof) => oneof.fields[index % oneof.fields.length]),
    ),
  );
}

function image() {
  const buf = join(folder, '../../node_modules/.bin/buf');
  const bytes = execFileSync(buf, ['build', 'proto', '--as-file-descriptor-set', '-o', '-'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
}

const args = process.argv.slice(2);
if (args.length > 0 && (args[0] !== '--rewrite' || args.length < 2)) {
  console.error('usage: node libs/contracts/fixtures.mjs [--rewrite <full message name> …]');
  process.exit(2);
}
const rewritten = new Set(args.slice(1));
const messages = [...image()].filter(({ kind, typeName }) => kind === 'message' && typeName.startsWith('trading.'));
const unknown = [...rewritten].filter((name) => !messages.some(({ typeName }) => typeName === name));
if (unknown.length > 0) {
  console.error(`No such message: ${unknown.join(', ')}. Names are full, such as trading.common.v1.Bar.`);
  process.exit(2);
}

mkdirSync(join(folder, 'fixtures'), { recursive: true });
for (const message of messages) {
  const file = join(folder, 'fixtures', `${message.typeName}.json`);
  const kept = existsSync(file) && !rewritten.has(message.typeName) ? JSON.parse(readFileSync(file, 'utf8')).cases : [];
  const covered = new Set(kept.flatMap(({ json }) => Object.keys(json)));
  const missing = message.fields.filter(({ jsonName }) => !covered.has(jsonName)).map(({ jsonName }) => jsonName);
  if (kept.length > 0 && missing.length === 0) continue;
  const added = cases(message).filter(({ json }) => kept.length === 0 || missing.some((name) => name in json));
  const fixture = JSON.stringify({ message: message.typeName, cases: [...kept, ...added] }, null, 2);
  writeFileSync(file, await format(fixture, { ...(await resolveConfig(file)), parser: 'json' }));
  console.log(`${kept.length === 0 ? 'wrote' : 'added to'} ${message.typeName} (${added.length})`);
}
