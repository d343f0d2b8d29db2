import { createHash } from 'node:crypto';
import type { terminal } from '@trading/contracts';
import type { Journal } from './journal';
import type { Playback } from './playback';

/** The part of a playback that commands look at. */
export type PlayedTime = Pick<Playback, 'timeUs' | 'commandBarrier' | 'results'>;

/**
 * Takes commands: each at most once, whatever the gateway repeats, and on disk before it is acknowledged. A command
 * that comes while history is played again takes effect after the last command of that history, which it must not change.
 */
export class CommandDesk {
  constructor(private readonly journal: Journal) {}

  submit(order: terminal.OrderSubmit, played: PlayedTime): terminal.CmdAck {
    const { journal } = this;
    const { coid } = order;
    const hash = contentHash(order);
    const known = journal.submitted(coid);
    if (known?.hash === hash) {
      return { coid, status: 'JOURNALLED', code: '', message: 'It was journalled before.', dup: true };
    }
    if (known) {
      return refused(coid, 'COID_CONFLICT', `Another order was submitted as ${coid} before.`);
    }
    if (journal.isTombstoned(coid)) {
      return refused(coid, 'COID_TOMBSTONED', `The client order id ${coid} is refused for ever.`);
    }
    if (order.epoch < journal.epoch) {
      return refused(coid, 'EPOCH_STALE', `The epoch ${order.epoch} is below ${journal.epoch}.`);
    }
    if (order.notAfter < played.timeUs) {
      return refused(coid, 'NOT_AFTER', `It was to be sent until ${order.notAfter}; it is ${played.timeUs}.`);
    }
    journal.append({ kind: 'submit', n: this.barrier(played), hash, order });
    return { coid, status: 'JOURNALLED', code: '', message: 'It is journalled.', dup: false };
  }

  query({ coid, tombstone }: terminal.QueryCoid, played: PlayedTime): terminal.QueryResult {
    const known = this.journal.submitted(coid) !== undefined;
    if (!known && tombstone && !this.journal.isTombstoned(coid)) this.journal.append({ kind: 'tombstone', coid });
    const result = played.results.get(coid);
    return { coid, known, ...(result && { result }) };
  }

  fence(epoch: number): terminal.CmdAck {
    const coid = String(epoch);
    if (epoch < this.journal.epoch) {
      return refused(coid, 'EPOCH_STALE', `The epoch ${epoch} is below ${this.journal.epoch}.`);
    }
    const dup = epoch === this.journal.epoch;
    if (!dup) this.journal.append({ kind: 'fence', epoch });
    return { coid, status: 'JOURNALLED', code: '', message: `The epoch is ${epoch}.`, dup };
  }

  subscribe(bars: terminal.Welcome['subscribe'], played: PlayedTime): void {
    if (this.journal.isSubscribed(bars)) return;
    this.journal.append({ kind: 'subscribe', n: this.barrier(played), bars });
  }

  private barrier(played: PlayedTime): number {
    return Math.max(this.journal.lastBarrier, played.commandBarrier);
  }
}

/** Digest of what an order asks for: who may send it and until when are not part of that. */
function contentHash({ epoch: _epoch, notAfter: _notAfter, ...content }: terminal.OrderSubmit): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

function refused(coid: string, code: string, message: string): terminal.CmdAck {
  return { coid, status: 'REJECTED', code, message, dup: false };
}
