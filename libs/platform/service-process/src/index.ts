/**
 * A process of one service: its variables, its stores, its listeners and what it misses, the same for each of them, so
 * that an app only says which service it is. May use the rooms of platform; contracts and services are handed in.
 * Start with `run-service-process`.
 */
export { awaitStore, StoreUnreachable, type AwaitStoreOptions } from './lib/await-store';
export { objectStoreVariables, openObjectStore } from './lib/open-object-store';
export { processVariables, type ProcessConfig, type ProcessPorts } from './lib/process-variables';
export {
  runServiceProcess,
  type ProcessContext,
  type ProcessSurroundings,
  type ServiceProcess,
} from './lib/run-service-process';
