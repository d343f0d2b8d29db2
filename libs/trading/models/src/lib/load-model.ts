import { createHash } from 'node:crypto';
import type { FeatureSchema } from '@trading/trading-features';
import { agree } from './agreement';
import { type CompiledModel, compileModel, type Inference } from './compiled-model';
import { ModelRefused } from './errors';
import { checkGolden, decodeGolden, describe, type GoldenVectors } from './golden';
import type { InferenceRuntime, InferenceSession } from './inference';
import { type ModelManifest, parseManifest } from './model-manifest';

/** The three files of a version, as stored. */
export interface ModelFiles {
  readonly onnx: Uint8Array;
  readonly manifest: Uint8Array;
  readonly golden: Uint8Array;
}

export interface ModelPrediction extends Inference {
  /** Probability before calibration; equal to `probability` while models carry none. */
  readonly raw: number;
}

/** A model that passed every check and may serve. */
export interface LoadedModel {
  readonly manifest: ModelManifest;
  /** SHA-256 of the manifest's file, which names the hashes of the others: the identity of all three. Lower-case hex. */
  readonly digest: string;
  /** A row with NaN gives NaN: the caller abstains. @throws RangeError for a row of another width */
  predict(features: ArrayLike<number>): ModelPrediction;
}

/**
 * Proves a model before it serves: the files are the ones that the manifest names, the features are those this program
 * computes, the golden vectors come out, and our engine and the ONNX runtime agree on them.
 * @throws ModelRefused with the first reason not to serve it
 */
export async function loadModel(
  files: ModelFiles,
  runtime: InferenceRuntime,
  schema: Pick<FeatureSchema, 'hash' | 'names'>,
): Promise<LoadedModel> {
  const manifest = parseManifest(files.manifest);
  const title = `${manifest.name}/${manifest.version}`;
  requireDigest(`${title}/model.onnx`, files.onnx, manifest.onnxSha256);
  requireDigest(`${title}/golden.bin`, files.golden, manifest.goldenSha256);
  if (manifest.featureSchemaHash !== schema.hash || manifest.featureNames.join() !== schema.names.join()) {
    throw new ModelRefused(
      'SCHEMA_MISMATCH',
      `${title} was trained on feature schema ${manifest.featureSchemaHash}; this program computes ${schema.hash}. Train it again.`,
    );
  }
  const model = compileModel(files.onnx);
  if (model.width !== schema.names.length) {
    throw new ModelRefused(
      'SCHEMA_MISMATCH',
      `${title} takes ${model.width} features; a row has ${schema.names.length}.`,
    );
  }
  const golden = decodeGolden(files.golden);
  const check = checkGolden(model, golden);
  if (!check.ok) throw new ModelRefused('GOLDEN_MISMATCH', `${title}: ${check.reason}`);
  await requireParity(title, model, golden, files.onnx, runtime);
  return {
    manifest,
    digest: sha256Hex(files.manifest),
    predict(features) {
      const { margin, probability } = model.predict(features);
      return { raw: probability, margin, probability };
    },
  };
}

/** Lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function requireDigest(file: string, bytes: Uint8Array, expected: string): void {
  const actual = sha256Hex(bytes);
  if (actual !== expected) {
    throw new ModelRefused('DIGEST_MISMATCH', `${file} has SHA-256 ${actual}; its manifest says ${expected}.`);
  }
}

async function requireParity(
  title: string,
  model: CompiledModel,
  golden: GoldenVectors,
  onnx: Uint8Array,
  runtime: InferenceRuntime,
): Promise<void> {
  let session: InferenceSession | undefined;
  try {
    session = await runtime.load(onnx);
    const rows = new Float32Array(golden.rows.length * golden.width);
    golden.rows.forEach((row, index) => rows.set(row, index * golden.width));
    const answers = await session.run(rows, golden.rows.length);
    golden.rows.forEach((row, index) => {
      const theirs = { margin: answers.margin[index] ?? NaN, probability: answers.probability[index] ?? NaN };
      const ours = model.predict(row);
      if (!agree(ours, theirs)) {
        throw new ModelRefused(
          'RUNTIME_MISMATCH',
          `${title}: on golden row ${index}, ${runtime.name} gives ${describe(theirs)}, our engine ${describe(ours)}.`,
        );
      }
    });
  } catch (error) {
    if (error instanceof ModelRefused) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelRefused('RUNTIME_MISMATCH', `${title} does not run in ${runtime.name}: ${reason}`, { cause: error });
  } finally {
    await session?.close();
  }
}
