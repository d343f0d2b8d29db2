import { alertVariables, type AlertConfig } from '@trading/platform-alerting';
import { ConfigError, parseConfig } from '@trading/platform-config';
import { tracingVariables, type TracingVariables } from '@trading/platform-tracing';
import { z } from 'zod';
import { UsageError } from './usage-error';

const schema = z.object({ ...tracingVariables(), ...alertVariables });

/**
 * Where traces and alerts go, from the environment.
 * @throws UsageError naming each variable that does not hold, without its value
 */
export function surroundingsOf(env: NodeJS.ProcessEnv): TracingVariables & AlertConfig {
  try {
    return parseConfig(schema, env);
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error;
  }
}
