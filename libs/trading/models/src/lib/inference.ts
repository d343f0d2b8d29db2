/** One model held by a runtime. Rows are row-major float32; `count` rows of the model's width. */
export interface InferenceSession {
  /** Margins (log-odds) and probabilities, one per row. Rejects when `rows.length` is not `count` times the width. */
  run(
    rows: Float32Array,
    count: number,
  ): Promise<{ readonly margin: Float32Array; readonly probability: Float32Array }>;
  /** Frees the model; the session must not be used afterwards. */
  close(): Promise<void>;
}

/**
 * Runs ONNX models whose outputs are called `margin` and `probability`, both float32 of shape [N, 1]. Adapters live in
 * platform and satisfy this structurally; apps bind them.
 */
export interface InferenceRuntime {
  /** Such as `onnxruntime-node`. */
  readonly name: string;
  /** Rejects when the bytes are not such a model. */
  load(bytes: Uint8Array): Promise<InferenceSession>;
}

export const INFERENCE_RUNTIME = Symbol('INFERENCE_RUNTIME');
