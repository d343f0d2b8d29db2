/**
 * Learns from feature rows, writes models as ONNX and serves them with proof that they compute what they did when they
 * were trained. Pure; imports market and features only, and the ONNX runtime through a port. Start at `load-model`.
 */
export { agree, TOLERANCE } from './lib/agreement';
export { type ClassificationReport, areaUnderRoc, reportClassification } from './lib/classification-report';
export { type CompiledModel, compileModel, type Inference } from './lib/compiled-model';
export { ModelRefused, type ModelRefusal, UntrainableData } from './lib/errors';
export {
  checkGolden,
  decodeGolden,
  encodeGolden,
  type GoldenCheck,
  type GoldenVectors,
  recordGolden,
} from './lib/golden';
export { FakeInferenceRuntime } from './lib/fake-inference-runtime';
export { inferenceRuntimeContract } from './lib/inference-runtime-contract';
export { INFERENCE_RUNTIME, type InferenceRuntime, type InferenceSession } from './lib/inference';
export { type DirectionLabel, labelDirection } from './lib/labels';
export { linearToOnnx } from './lib/linear-onnx';
export { type LoadedModel, loadModel, type ModelFiles, type ModelPrediction, sha256Hex } from './lib/load-model';
export {
  type LinearModel,
  linearMargin,
  type LogisticOptions,
  sigmoid,
  trainLogistic,
  type TrainingSet,
} from './lib/logistic-regression';
export { encodeManifest, type ModelManifest, parseManifest } from './lib/model-manifest';
export type { OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './lib/onnx-model';
export { readOnnx } from './lib/onnx-reader';
export { writeOnnx } from './lib/onnx-writer';
