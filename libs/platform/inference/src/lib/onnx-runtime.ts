import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelNotRunnable } from './errors';

/** Outputs that a model must have, float32 of shape [N, 1]. */
const MARGIN = 'margin';
const PROBABILITY = 'probability';

/** Answers of one run, one of each per row. */
export interface RunOutputs {
  readonly margin: Float32Array;
  readonly probability: Float32Array;
}

/** A model held by ONNX Runtime. */
export class OnnxRuntimeSession {
  private closed = false;

  constructor(
    private readonly session: InferenceSession,
    private readonly input: string,
    /** Features in a row. */
    readonly width: number,
  ) {}

  /**
   * Runs `count` rows, row-major. The run itself blocks the event loop (some 20 µs for a row of a small model), so keep
   * batches below a millisecond.
   * @throws ModelNotRunnable `WRONG_SHAPE`, `CLOSED`, `RUN_FAILED`
   */
  async run(rows: Float32Array, count: number): Promise<RunOutputs> {
    if (this.closed) throw new ModelNotRunnable('CLOSED', 'The session is closed.');
    if (!Number.isInteger(count) || count < 1 || rows.length !== count * this.width) {
      throw new ModelNotRunnable(
        'WRONG_SHAPE',
        `${count} rows of ${this.width} features are ${count * this.width} values; ${rows.length} were given.`,
      );
    }
    const outputs = await this.session
      .run({ [this.input]: new Tensor('float32', rows, [count, this.width]) }, [MARGIN, PROBABILITY])
      .catch((error: unknown) => {
        throw new ModelNotRunnable('RUN_FAILED', `ONNX Runtime failed: ${messageOf(error)}`, { cause: error });
      });
    return { margin: column(outputs, MARGIN, count), probability: column(outputs, PROBABILITY, count) };
  }

  /** Frees the native session; a second call does nothing. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.session.release();
  }
}

/**
 * Runs ONNX models on the CPU with onnxruntime-node. One thread and sequential execution: with more, sums are taken in
 * another order and results differ between machines and runs.
 */
export class OnnxRuntime {
  readonly name = 'onnxruntime-node';

  /**
   * @throws ModelNotRunnable `NOT_A_MODEL` when ONNX Runtime refuses the bytes, `WRONG_SIGNATURE` when it has other than
   *   one input of float32 [N, width] or lacks the outputs `margin` and `probability`
   */
  async load(bytes: Uint8Array): Promise<OnnxRuntimeSession> {
    const session = await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 3,
    }).catch((error: unknown) => {
      throw new ModelNotRunnable('NOT_A_MODEL', `ONNX Runtime refuses the model: ${messageOf(error)}`, {
        cause: error,
      });
    });
    try {
      const { input, width } = signatureOf(session);
      return new OnnxRuntimeSession(session, input, width);
    } catch (error) {
      await session.release();
      throw error;
    }
  }
}

function signatureOf(session: InferenceSession): { readonly input: string; readonly width: number } {
  const [input, ...others] = session.inputMetadata;
  const width = input?.isTensor && input.type === 'float32' && input.shape.length === 2 ? input.shape[1] : undefined;
  if (!input || others.length > 0 || typeof width !== 'number' || width < 1) {
    throw new ModelNotRunnable('WRONG_SIGNATURE', 'The model must have one input, float32 of shape [N, width].');
  }
  for (const name of [MARGIN, PROBABILITY]) {
    const output = session.outputMetadata.find((candidate) => candidate.name === name);
    if (!output?.isTensor || output.type !== 'float32') {
      throw new ModelNotRunnable(
        'WRONG_SIGNATURE',
        `The model must have a float32 output called ${name}; it has ${session.outputNames.join(', ')}.`,
      );
    }
  }
  return { input: input.name, width };
}

function column(outputs: InferenceSession.OnnxValueMapType, name: string, count: number): Float32Array {
  const value = outputs[name];
  const data = value instanceof Tensor ? value.data : undefined;
  if (!(data instanceof Float32Array) || data.length !== count) {
    throw new ModelNotRunnable('RUN_FAILED', `The output ${name} is not ${count} float32 values.`);
  }
  return data;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
