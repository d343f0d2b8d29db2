// Messages between services: the event bus port, its in-process adapter and the contract suite that every adapter
// passes. It knows nothing of the topics (apps hand in the catalogue). Start at lib/event-bus.ts.
export * from './lib/event-bus';
export * from './lib/errors';
export * from './lib/bus-options';
export { handlersByTopic } from './lib/routes';
export { Fifo } from './lib/fifo';
export { InProcessBus } from './lib/in-process-bus';
export { observedBus } from './lib/observed-bus';
export { CONTRACT_TOPICS, type BusUnderTest } from './lib/bus-under-test';
export { eventBusContract } from './lib/event-bus-contract';
