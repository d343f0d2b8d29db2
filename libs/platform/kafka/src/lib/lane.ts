import type { KafkaMessage } from 'kafkajs';
import { Fifo, PoisonMessage, type Delivery } from '@trading/platform-messaging';
import { reasonOf } from './errors';

/** Messages handled in one go before timers and sockets get their turn. */
const MESSAGES_PER_TURN = 256;

export interface LaneOptions {
  /** Messages that may wait in memory. */
  readonly messages: number;
  /** Bytes that may wait in memory, the newest message not counted. */
  readonly bytes: number;
  readonly retryMs: (attempt: number) => number;
}

/** What a lane does with a message. */
export interface LaneWork {
  /** Reads it. @throws when its codec cannot */
  read(message: KafkaMessage): Delivery<unknown>;
  handle(delivery: Delivery<unknown>): Promise<void> | void;
  /** Resolves when the dead letters have it. */
  bury(message: KafkaMessage, reason: string): Promise<void>;
  failed(failure: { message: KafkaMessage; error: unknown; attempt: number; retryInMs: number }): void;
  /** There is room for messages again. */
  roomy(): void;
}

/**
 * The messages of one partition between the fetching and the handler, one at a time and in order. {@link position} is
 * behind the last one that was accepted, never beyond one that was not.
 */
export class Lane {
  /** What may be committed: the offset of the first message not yet handled. */
  position = 0;
  committed = 0;
  /** Behind the partition's last message, as far as known. */
  end = 0;
  /** Told to stop fetching until {@link LaneWork.roomy}. */
  isFull = false;
  private readonly waiting = new Fifo<KafkaMessage>();
  private bytes = 0;
  private isHeld = true;
  private wasStarted = false;
  private isBusy = false;
  private isScheduled = false;
  private retry: { readonly timer: NodeJS.Timeout; readonly message: KafkaMessage } | undefined;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly work: LaneWork,
    private readonly options: LaneOptions,
  ) {}

  get size(): number {
    return this.waiting.length;
  }

  /** It knows where its partition goes on. */
  get isStarted(): boolean {
    return this.wasStarted;
  }

  startAt(offset: number): void {
    this.wasStarted = true;
    this.position = this.committed = offset;
    this.end = Math.max(this.end, offset);
  }

  /**
   * Takes as many of the messages as there is room for.
   * @returns the offset of the last one taken; those behind it are fetched again when there is room
   */
  take(messages: readonly KafkaMessage[]): string | undefined {
    let last: string | undefined;
    for (const message of messages) {
      if (this.waiting.length >= this.options.messages || this.bytes >= this.options.bytes) {
        this.isFull = true;
        break;
      }
      this.waiting.push(message);
      this.bytes += sizeOf(message);
      last = message.offset;
    }
    this.run();
    return last;
  }

  /** Hands nothing more to the handler; what is to be tried again waits. */
  hold(): void {
    this.isHeld = true;
    if (this.retry === undefined) return;
    clearTimeout(this.retry.timer);
    this.back(this.retry.message);
    this.retry = undefined;
  }

  release(): void {
    this.isHeld = false;
    this.run();
  }

  /** Resolves when no handler is at work; nothing to try again either once the lane is held. */
  idle(): Promise<void> {
    return this.isBusy ? new Promise((resolve) => this.idleWaiters.push(resolve)) : Promise.resolve();
  }

  get isIdle(): boolean {
    return !this.isBusy;
  }

  private run(): void {
    let budget = MESSAGES_PER_TURN;
    while (!this.isHeld && !this.isBusy && !this.isScheduled) {
      if (budget-- === 0) {
        this.isScheduled = true;
        setImmediate(() => {
          this.isScheduled = false;
          this.run();
        });
        return;
      }
      const message = this.waiting.shift();
      if (message === undefined) return;
      this.bytes -= sizeOf(message);
      if (this.isFull && this.waiting.length * 2 <= this.options.messages && this.bytes * 2 <= this.options.bytes) {
        this.isFull = false;
        this.work.roomy();
      }
      this.handle(message, 1);
    }
  }

  private handle(message: KafkaMessage, attempt: number): void {
    let delivery: Delivery<unknown>;
    try {
      delivery = this.work.read(message);
    } catch (error) {
      this.bury(message, `not readable: ${reasonOf(error)}`, attempt);
      return;
    }
    this.isBusy = true;
    let working: Promise<void> | void;
    try {
      working = this.work.handle(delivery);
    } catch (error) {
      this.refused(message, error, attempt);
      return;
    }
    if (working === undefined) {
      this.accepted(message);
      return;
    }
    working.then(
      () => {
        this.accepted(message);
        this.run();
      },
      (error: unknown) => this.refused(message, error, attempt),
    );
  }

  private accepted(message: KafkaMessage): void {
    this.position = Number(message.offset) + 1;
    this.rest();
  }

  private refused(message: KafkaMessage, error: unknown, attempt: number): void {
    if (error instanceof PoisonMessage) {
      this.bury(message, error.reason, attempt);
      return;
    }
    const retryInMs = this.options.retryMs(attempt);
    this.work.failed({ message, error, attempt, retryInMs });
    if (this.isHeld) {
      this.back(message);
      return;
    }
    const timer = setTimeout(() => {
      this.retry = undefined;
      this.handle(message, attempt + 1);
      this.run();
    }, retryInMs);
    this.retry = { timer, message };
  }

  private bury(message: KafkaMessage, reason: string, attempt: number): void {
    this.isBusy = true;
    this.work.bury(message, reason).then(
      () => {
        this.accepted(message);
        this.run();
      },
      (error: unknown) => this.refused(message, error, attempt),
    );
  }

  private back(message: KafkaMessage): void {
    this.waiting.unshift(message);
    this.bytes += sizeOf(message);
    this.rest();
  }

  private rest(): void {
    this.isBusy = false;
    if (this.idleWaiters.length === 0) return;
    const waiting = this.idleWaiters;
    this.idleWaiters = [];
    for (const resolve of waiting) resolve();
  }
}

const sizeOf = ({ key, value }: KafkaMessage): number => (key?.length ?? 0) + (value?.length ?? 0);
