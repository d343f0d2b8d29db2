/**
 * Runs ONNX models. It knows nothing about trading: it satisfies the inference port of the models kernel by shape, and
 * apps bind the two. Start at `onnx-runtime`.
 */
export { type InferenceFailure, ModelNotRunnable } from './lib/errors';
export { OnnxRuntime, OnnxRuntimeSession, type RunOutputs } from './lib/onnx-runtime';
