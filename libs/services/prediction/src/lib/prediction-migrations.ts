import { CreateCheckpoint1700000000000 } from '@trading/platform-database';

export const PREDICTION_MIGRATIONS = [CreateCheckpoint1700000000000];
