import { TOPICS, type common } from '@trading/contracts';
import { route, type EventBus, type Route, type Subscription, type TopicLike } from '@trading/platform-messaging';
import type { StageProgress } from './stage-progress';

/** What a stage says on its topic; only sessions, progress and requests matter here. */
interface StageWord {
  readonly $case: string;
  readonly value: unknown;
}

/**
 * Listens to what stages say of sessions, from the first session on: a gateway without terminals costs the bus nothing.
 */
export class StageListener {
  private subscribing: Promise<Subscription> | undefined;

  constructor(
    private readonly bus: EventBus,
    private readonly progress: StageProgress,
    private readonly gatewayId: string,
  ) {}

  /** Called when a stage that had entered a session of this gateway has lost its place in it. */
  onRejoin: (accountId: string, reason: string) => void = () => undefined;

  /** Resolves when what stages say from now on is heard. */
  async listen(): Promise<void> {
    this.subscribing ??= this.subscribe();
    try {
      await this.subscribing;
    } catch (error) {
      this.subscribing = undefined;
      throw error;
    }
  }

  async stop(): Promise<void> {
    const subscription = await this.subscribing?.catch(() => undefined);
    await subscription?.stop();
  }

  private subscribe(): Promise<Subscription> {
    const from = <T extends { readonly body?: StageWord | undefined }>(topic: TopicLike<T>, stage: string): Route =>
      route(topic, ({ message: { body }, key }) => {
        if (body !== undefined) this.hear(stage.replace('*', key), body);
      });
    return this.bus.consume({ group: `gateway-${this.gatewayId}`, delivery: 'everything' }, [
      from(TOPICS.prediction, 'prediction/*'),
      from(TOPICS.decision, 'decision'),
      from(TOPICS.orderEvent, 'execution'),
      from(TOPICS.riskEvent, 'risk-manager'),
    ]);
  }

  private hear(stage: string, { $case, value }: StageWord): void {
    if ($case === 'session') this.progress.enter(stage, value as common.SessionStarted);
    if ($case === 'progress') this.progress.report(stage, value as common.Progress);
    if ($case !== 'rejoin') return;
    const { accountId, reason } = value as common.Rejoin;
    if (this.progress.needsAnother(stage, accountId)) this.onRejoin(accountId, `${stage}: ${reason}`);
  }
}
