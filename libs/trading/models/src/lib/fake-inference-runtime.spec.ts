import { FakeInferenceRuntime } from './fake-inference-runtime';
import { inferenceRuntimeContract } from './inference-runtime-contract';

describe('FakeInferenceRuntime', () => {
  inferenceRuntimeContract(() => new FakeInferenceRuntime());
});
