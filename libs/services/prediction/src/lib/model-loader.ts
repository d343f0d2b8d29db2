import type { ObjectStore } from '@trading/platform-object-store';
import { FEATURE_SCHEMA } from '@trading/trading-features';
import { loadModel, type InferenceRuntime, type LoadedModel } from '@trading/trading-models';
import type { PredictionSeries } from './prediction-config';

/** A model that a series names and the store does not hold. */
export class ModelMissing extends Error {
  readonly code = 'MODEL_MISSING';
  constructor(readonly key: string) {
    super(`The model store has no ${key}.`);
  }
}

/** A model that was trained on another series than the one it should serve. */
export class ModelForAnotherSeries extends Error {
  readonly code = 'MODEL_FOR_ANOTHER_SERIES';
}

/** Loads a series' model from the store with every check. Throws {@link ModelMissing} or the model's refusal. */
export async function loadSeriesModel(
  series: PredictionSeries,
  store: ObjectStore,
  runtime: InferenceRuntime,
): Promise<LoadedModel | undefined> {
  if (series.model === undefined) return undefined;
  const folder = `${series.model.name}/${series.model.version}`;
  const read = async (file: string): Promise<Uint8Array> => {
    const bytes = await store.get(`${folder}/${file}`);
    if (bytes === undefined) throw new ModelMissing(`${folder}/${file}`);
    return bytes;
  };
  const files = {
    onnx: await read('model.onnx'),
    manifest: await read('manifest.json'),
    golden: await read('golden.bin'),
  };
  const model = await loadModel(files, runtime, FEATURE_SCHEMA);
  const { symbol, timeframe } = model.manifest;
  if (symbol !== series.symbol || timeframe !== series.timeframe) {
    throw new ModelForAnotherSeries(
      `${folder} was trained on ${symbol} ${timeframe}, not ${series.symbol} ${series.timeframe}.`,
    );
  }
  return model;
}
