import type { Bar } from '@trading/trading-market';
import { FeatureEngine, type FeatureSchema } from '@trading/trading-features';
import { labelDirection } from '@trading/trading-models';

/** A complete row, with its label where the data holds its future. */
export interface Example {
  readonly features: Float64Array;
  /** When the row is known: the close of its bar, UTC microseconds. */
  readonly timeUs: number;
  readonly label: 0 | 1 | undefined;
  /** When the label is known, UTC microseconds; Infinity without a label. */
  readonly labelEndUs: number;
}

export type LabelledExample = Example & { readonly label: 0 | 1 };

export interface Dataset {
  readonly schema: FeatureSchema;
  readonly examples: readonly Example[];
}

/** Features and labels of every bar past the warm-up, as live trading would have computed them. */
export function buildDataset(bars: readonly Bar[], horizonBars: number, onBar: (done: number) => void): Dataset {
  const engine = new FeatureEngine();
  const labels = labelDirection(bars, horizonBars);
  const examples: Example[] = [];
  bars.forEach((bar, index) => {
    const row = engine.next(bar);
    const label = labels[index];
    if (row.complete) {
      examples.push({
        features: row.values,
        timeUs: bar.closeTimeUs,
        label: label?.label,
        labelEndUs: label?.endTimeUs ?? Infinity,
      });
    }
    onBar(index + 1);
  });
  return { schema: engine.schema, examples };
}

/** The examples whose row and label both lie in the period that ends at `toUs`. */
export function labelledUntil(examples: readonly Example[], toUs: number): LabelledExample[] {
  return examples.filter(
    (example): example is LabelledExample => example.label !== undefined && example.labelEndUs <= toUs,
  );
}
