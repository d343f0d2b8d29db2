/**
 * Configuration from the environment, parsed once at boot and never read again, and the clock that everything else is
 * told the time by. Touches nothing but the environment and the files that `X_FILE` names. Start with `parse-config`.
 */
export { ConfigError, type ConfigProblem } from './lib/config-error';
export { parseConfig, type Environment } from './lib/parse-config';
export { describeConfig, type ConfigRow } from './lib/describe-config';
export { address, commaSeparated, flag, json, port, secret } from './lib/variables';
export { CLOCK, ManualClock, systemClock, type Clock } from './lib/clock';
