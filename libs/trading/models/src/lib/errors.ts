export type ModelRefusal =
  /** The manifest is not JSON, or a field is missing or of another kind. */
  | 'MANIFEST_INVALID'
  /** The file is not an ONNX model that can be read. */
  | 'ONNX_INVALID'
  /** It can be read, but our engine does not compute such a graph. */
  | 'GRAPH_UNSUPPORTED'
  /** A file's SHA-256 is not the one that the manifest names. */
  | 'DIGEST_MISMATCH'
  /** The model was trained on other features than this program computes. */
  | 'SCHEMA_MISMATCH'
  | 'GOLDEN_INVALID'
  /** The golden vectors were not reproduced. */
  | 'GOLDEN_MISMATCH'
  /** The ONNX runtime could not load it, or computed something else than our engine. */
  | 'RUNTIME_MISMATCH';

/** A model that must not serve, and why. */
export class ModelRefused extends Error {
  constructor(
    readonly code: ModelRefusal,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ModelRefused';
  }
}

/** Training data that nothing can be learnt from. */
export class UntrainableData extends Error {
  readonly code = 'UNTRAINABLE_DATA';
  constructor(message: string) {
    super(message);
    this.name = 'UntrainableData';
  }
}
