import { z } from 'zod';
import { ModelRefused } from './errors';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits');
const timeUs = z.int().nonnegative();
const name = z
  .string()
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/, 'expected letters, digits, dots, dashes and underscores');

const validation = z.strictObject({
  /** `purged-tail`: fitted on the earlier rows, less those whose labels reach into the tail; scored on the tail. */
  method: z.literal('purged-tail'),
  trainRows: z.int().positive(),
  purgedRows: z.int().nonnegative(),
  rows: z.int().positive(),
  logLoss: z.number(),
  baselineLogLoss: z.number(),
  accuracy: z.number(),
  majorityAccuracy: z.number(),
  auc: z.number(),
  baseRate: z.number(),
});

/**
 * What a model is. The commit it was trained at is left out: the file must come out byte for byte when the same data is
 * trained on again, also after a commit that did not touch training; the hashes of data and features say what matters.
 */
const manifest = z.strictObject({
  formatVersion: z.literal(1),
  name,
  version: name,
  symbol: z.string().min(1),
  timeframe: z.enum(['M1', 'M5', 'M15', 'M30', 'H1', 'H4', 'D1']),
  learner: z.strictObject({ kind: z.literal('logistic-regression'), l2: z.number().positive() }),
  featureSchemaHash: z.string().regex(/^[0-9a-f]{16}$/, 'expected 16 lower-case hex digits'),
  featureNames: z.array(z.string().min(1)).min(1),
  /** Bars before the first prediction. */
  warmUpBars: z.int().positive(),
  label: z.strictObject({ kind: z.literal('direction'), horizonBars: z.int().positive() }),
  /** Meaning of class 0 and class 1; the probability is that of the last. */
  classOrder: z.tuple([z.literal('down'), z.literal('up')]),
  /** Of the whole file that was trained from. */
  dataSha256: sha256,
  /** Open of the first bar that features saw, UTC microseconds. */
  trainedFromUs: timeUs,
  /** Latest end of a training label, UTC microseconds; predictions at or before it are in sample. */
  trainedToUs: timeUs,
  trainingRows: z.int().positive(),
  /** 0 when nothing was drawn at random. */
  seed: z.int().nonnegative(),
  /** Variants tried before this one was chosen, itself included. */
  trials: z.int().positive(),
  validation,
  onnxSha256: sha256,
  goldenSha256: sha256,
  /** After this the model abstains, UTC microseconds. */
  expiresAtUs: timeUs.optional(),
});

export type ModelManifest = z.infer<typeof manifest>;

/** @throws ModelRefused (`MANIFEST_INVALID`) naming each field that is wrong and what was expected */
export function parseManifest(bytes: Uint8Array): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ModelRefused('MANIFEST_INVALID', 'The manifest is not JSON.', { cause: error });
  }
  const parsed = manifest.safeParse(json);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'manifest'}: ${message}`);
    throw new ModelRefused('MANIFEST_INVALID', `The manifest is wrong. ${faults.join('; ')}`);
  }
  return parsed.data;
}

/** The manifest's file: fields in the order given, two spaces, a newline at the end. */
export function encodeManifest(value: ModelManifest): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}
