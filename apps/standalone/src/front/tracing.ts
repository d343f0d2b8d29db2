import { ConfigError, parseConfig } from '@trading/platform-config';
import { tracingVariables, type TracingVariables } from '@trading/platform-tracing';
import { z } from 'zod';
import { UsageError } from './usage-error';

const schema = z.object(tracingVariables());

/**
 * Where traces go, from OpenTelemetry's variables.
 * @throws UsageError naming each variable that does not hold, without its value
 */
export function tracingOf(env: NodeJS.ProcessEnv): TracingVariables {
  try {
    return parseConfig(schema, env);
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error;
  }
}
