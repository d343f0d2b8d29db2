import { compileModel } from './compiled-model';
import type { InferenceRuntime, InferenceSession } from './inference';

/** A runtime for tests: computes linear graphs, counts the sessions that are open, and can be made to err. */
export class FakeInferenceRuntime implements InferenceRuntime {
  readonly name = 'fake runtime';
  openSessions = 0;
  /** Added to every margin it gives. */
  marginError = 0;
  /** Rejects every run with this when set. */
  failure: Error | undefined;

  async load(bytes: Uint8Array): Promise<InferenceSession> {
    const model = compileModel(bytes);
    this.openSessions += 1;
    let isOpen = true;
    return {
      run: async (rows, count) => {
        if (this.failure) throw this.failure;
        if (!isOpen) throw new Error('The session is closed.');
        if (count < 1 || rows.length !== count * model.width)
          throw new Error(`${count} rows of ${model.width} expected.`);
        const answers = Array.from({ length: count }, (_, row) =>
          model.predict(rows.subarray(row * model.width, (row + 1) * model.width)),
        );
        return {
          margin: Float32Array.from(answers, ({ margin }) => margin + this.marginError),
          probability: Float32Array.from(answers, ({ probability }) => probability),
        };
      },
      close: async () => {
        if (isOpen) this.openSessions -= 1;
        isOpen = false;
      },
    };
  }
}
