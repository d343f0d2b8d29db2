import { DecisionEvent } from '../gen/trading/decision/v1/decision';
import { OrderEventMessage, PositionEventMessage } from '../gen/trading/execution/v1/execution';
import { AccountEvent, TradeEvent } from '../gen/trading/gateway/v1/gateway';
import { MarketBarEvent, MarketTickEvent } from '../gen/trading/market/v1/market';
import { PredictionEvent } from '../gen/trading/prediction/v1/prediction';
import { RiskEvent } from '../gen/trading/risk/v1/risk';

/** Turns messages of one kind into bytes and back. Every generated message type is one. */
export interface MessageCodec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
  toJSON(message: T): unknown;
  fromJSON(value: unknown): T;
}

/** One topic: its messages, the order it keeps and how long it keeps them. */
export interface Topic<T> {
  readonly name: string;
  readonly codec: MessageCodec<T>;
  /** Messages of one key stay in order; see the `.proto` for what the key is. */
  readonly keyedBy: 'symbol' | 'account';
  readonly partitions: number;
  readonly retentionMs: number;
  readonly owner: 'gateway' | 'prediction' | 'decision' | 'execution' | 'risk-manager';
}

const DAY_MS = 86_400_000;

/** Every topic of the system. Dead letters go to `<name>.dlq`. */
export const TOPICS = {
  marketTick: {
    name: 'market.tick.v1',
    codec: MarketTickEvent,
    keyedBy: 'symbol',
    partitions: 12,
    retentionMs: DAY_MS,
    owner: 'gateway',
  },
  marketBar: {
    name: 'market.bar.v1',
    codec: MarketBarEvent,
    keyedBy: 'symbol',
    partitions: 12,
    retentionMs: 7 * DAY_MS,
    owner: 'prediction',
  },
  tradeEvent: {
    name: 'trade.event.v1',
    codec: TradeEvent,
    keyedBy: 'account',
    partitions: 6,
    retentionMs: 30 * DAY_MS,
    owner: 'gateway',
  },
  accountEvent: {
    name: 'account.event.v1',
    codec: AccountEvent,
    keyedBy: 'account',
    partitions: 6,
    retentionMs: 7 * DAY_MS,
    owner: 'gateway',
  },
  prediction: {
    name: 'prediction.v1',
    codec: PredictionEvent,
    keyedBy: 'symbol',
    partitions: 12,
    retentionMs: 7 * DAY_MS,
    owner: 'prediction',
  },
  decision: {
    name: 'decision.v1',
    codec: DecisionEvent,
    keyedBy: 'account',
    partitions: 6,
    retentionMs: 30 * DAY_MS,
    owner: 'decision',
  },
  orderEvent: {
    name: 'order.event.v1',
    codec: OrderEventMessage,
    keyedBy: 'account',
    partitions: 6,
    retentionMs: 30 * DAY_MS,
    owner: 'execution',
  },
  positionEvent: {
    name: 'position.event.v1',
    codec: PositionEventMessage,
    keyedBy: 'account',
    partitions: 6,
    retentionMs: 30 * DAY_MS,
    owner: 'execution',
  },
  riskEvent: {
    name: 'risk.event.v1',
    codec: RiskEvent,
    keyedBy: 'account',
    partitions: 6,
    retentionMs: 30 * DAY_MS,
    owner: 'risk-manager',
  },
} as const satisfies Record<string, Topic<unknown>>;

/** The message type of a topic. */
export type MessageOf<T> = T extends { readonly codec: MessageCodec<infer M> } ? M : never;
