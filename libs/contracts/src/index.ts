/**
 * All that services know of each other: the messages and services of `proto/` (one namespace per package), the topic
 * catalogue, and the protocol between gateway and terminal. Nothing here knows how a message travels.
 * Start with `proto/trading/common/v1/common.proto`.
 */
export * as common from './gen/trading/common/v1/common';
export * as market from './gen/trading/market/v1/market';
export * as gateway from './gen/trading/gateway/v1/gateway';
export * as prediction from './gen/trading/prediction/v1/prediction';
export * as decision from './gen/trading/decision/v1/decision';
export * as execution from './gen/trading/execution/v1/execution';
export * as risk from './gen/trading/risk/v1/risk';
export * from './lib/topics';
export * from './lib/topics-reference';
export * from './lib/words';
export * from './lib/instrument';
export * from './lib/clients';
export * from './lib/gateway-routing';
export * from './lib/cached-quote';
export * from './lib/measurements';
export * from './lib/reflection';
export * as terminal from './terminal-protocol';
