/**
 * How a process runs: services as Nest applications that share one gRPC server and one HTTP listener, signals, and the
 * one orderly shutdown. Knows no service and picks no adapter: apps hand both in. Start with `run-process`.
 */
export { explainFailure } from './lib/explain-failure';
export { ProcessLifecycle, type LifecycleOptions, type ProcessPort } from './lib/process-lifecycle';
export { runMain, runProcess, type RunProcessOptions } from './lib/run-process';
export { SHUTDOWN_PHASES, ShutdownHooks, type ShutdownPhase } from './lib/shutdown-hooks';
export { startHttp, type HttpOptions, type HttpRoute, type RunningHttp } from './lib/start-http';
export {
  SERVICE_NAME,
  startService,
  type RunningService,
  type ServiceAdapters,
  type ServiceDefinition,
} from './lib/start-service';
