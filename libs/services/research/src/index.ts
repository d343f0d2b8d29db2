/**
 * Research jobs: today, training a model on a file and storing it for serving. Puts the kernels to work on files and an
 * object store; imports no other service. Start at `train-model`.
 */
export { type ActivityReport, reportActivity } from './lib/activity';
export { defaultTrainingJob, SHIPPED_MODEL_TRAINED_UNTIL_US, sp500File } from './lib/default-job';
export { ResearchError, type ResearchFailure } from './lib/errors';
export { modelKeys } from './lib/model-store';
export { type BarFile, readBars } from './lib/read-bars';
export { trainModel, type TrainingJob, type TrainingProgress, type TrainingReport } from './lib/train-model';
