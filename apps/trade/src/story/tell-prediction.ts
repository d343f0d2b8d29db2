import type { prediction } from '@trading/contracts';
import { numberWords, timeWords } from '../cli/words';
import { block, pairs } from './block';

const SHOWN_FEATURES = 8;

/** The features of greatest magnitude; all of them are in the JSON. */
export function tellFeatures({ featureNames, features }: prediction.Prediction): string {
  const all = featureNames.map((name, i) => ({ name, value: features[i] ?? NaN }));
  const ranked = [...all].sort((a, b) => magnitude(b.value) - magnitude(a.value)).slice(0, SHOWN_FEATURES);
  const title = all.length > ranked.length ? `Features, the ${ranked.length} largest of ${all.length}` : 'Features';
  return block(title, pairs(ranked.map(({ name, value }) => [name, numberWords(value)])));
}

export function tellModel(made: prediction.Prediction): string {
  const { modelName, modelVersion, modelDigest, flags, probability, margin, atr, lastBid, lastAsk, eventUs } = made;
  return block(modelName === '' ? 'Model: none' : `Model ${modelName} ${modelVersion}`, [
    ...pairs([
      ['probability of rising', probability === undefined ? '' : probability.toFixed(4)],
      ['log-odds', margin === undefined ? '' : numberWords(margin)],
      ['flags', flags.join(', ')],
      ['digest', modelDigest.slice(0, 16)],
      ['features of', timeWords(eventUs)],
      ['quote', `${numberWords(lastBid)} / ${numberWords(lastAsk)}`],
      ['ATR(14)', numberWords(atr)],
    ]),
  ]);
}

/** Not a number counts as nothing. */
function magnitude(value: number): number {
  return Number.isNaN(value) ? -1 : Math.abs(value);
}
