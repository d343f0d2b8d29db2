/**
 * Learns from feature rows, writes models as ONNX and serves them with proof that they compute what they did when they
 * were trained. Pure; imports market and features only, and the ONNX runtime through a port. Start at `load-model`.
 */
export { INFERENCE_RUNTIME, type InferenceRuntime, type InferenceSession } from './lib/inference';
