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
      return journalled(coid, true);
    }
    if (known) {
      return refused(coid, 'COID_CONFLICT', `Another order was submitted as ${coid} before.`);
    }
    if (journal.isTombstoned(coid)) {
      return refused(coid, 'COID_TOMBSTONED', `The client order id ${coid} is refused for ever.`);
    }
    if (order.epoch < journal.epoch) return stale(coid, order.epoch, journal.epoch);
    if (order.notAfter < played.timeUs) return tooLate(coid, order.notAfter, played.timeUs);
    journal.append({ kind: 'submit', n: this.barrier(played), hash, order });
    return journalled(coid);
  }

  /** Of a working order, or of the stops of a position. */
  modify(change: terminal.OrderModify, played: PlayedTime): terminal.CmdAck {
    const { coid, requestId, epoch, notAfter } = change;
    const hash = contentHash(change);
    const refusal = this.requestProblem(coid, requestId, hash, epoch, change.order ?? change.positionId);
    if (refusal) return refusal;
    if (notAfter < played.timeUs) return tooLate(coid, notAfter, played.timeUs);
    this.journal.append({ kind: 'modify', n: this.barrier(played), hash, change });
    return journalled(coid);
  }

  cancel(cancel: terminal.OrderCancel, played: PlayedTime): terminal.CmdAck {
    const { coid, requestId, epoch } = cancel;
    const hash = contentHash(cancel);
    const refusal = this.requestProblem(coid, requestId, hash, epoch, cancel.order);
    if (refusal) return refusal;
    this.journal.append({ kind: 'cancel', n: this.barrier(played), hash, cancel });
    return journalled(coid);
  }

  query({ coid, tombstone }: terminal.QueryCoid, played: PlayedTime): terminal.QueryResult {
    const { journal } = this;
    const known = journal.submitted(coid) !== undefined;
    if (!known && tombstone && !journal.isTombstoned(coid)) journal.append({ kind: 'tombstone', coid });
    const result = played.results.get(coid);
    return {
      coid,
      known,
      ...(result && { result }),
      ...(journal.isTombstoned(coid) && { tombstoned: true }),
      connected: true,
    };
  }

  fence(epoch: number): terminal.CmdAck {
    const coid = String(epoch);
    if (epoch < this.journal.epoch) return stale(coid, epoch, this.journal.epoch);
    const dup = epoch === this.journal.epoch;
    if (!dup) this.journal.append({ kind: 'fence', epoch });
    return { coid, status: 'JOURNALLED', code: '', message: `The epoch is ${epoch}.`, dup };
  }

  subscribe(bars: terminal.Welcome['subscribe'], played: PlayedTime): void {
    if (this.journal.isSubscribed(bars)) return;
    this.journal.append({ kind: 'subscribe', n: this.barrier(played), bars });
  }

  /** The answer to a request that was taken before, or must not be taken. */
  private requestProblem(
    coid: string,
    requestId: string,
    hash: string,
    epoch: number,
    ticket: string | undefined,
  ): terminal.CmdAck | undefined {
    const { journal } = this;
    const known = journal.requested(requestId);
    if (known?.hash === hash) return journalled(coid, true);
    if (known) return refused(coid, 'REQUEST_CONFLICT', `Something else was requested as ${requestId} before.`);
    if (epoch < journal.epoch) return stale(coid, epoch, journal.epoch);
    if (ticket === undefined && journal.submitted(coid) === undefined) {
      return refused(coid, 'ORDER_UNKNOWN', `The journal knows no order ${coid}, and no ticket was named.`);
    }
    return undefined;
  }

  private barrier(played: PlayedTime): number {
    return Math.max(this.journal.lastBarrier, played.commandBarrier);
  }
}

/** Digest of what a command asks for: who may send it and until when are not part of that. */
function contentHash(command: { readonly epoch: number; readonly notAfter?: number }): string {
  const { epoch: _epoch, notAfter: _notAfter, ...content } = command;
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

function journalled(coid: string, dup = false): terminal.CmdAck {
  const message = dup ? 'It was journalled before.' : 'It is journalled.';
  return { coid, status: 'JOURNALLED', code: '', message, dup };
}

function refused(coid: string, code: string, message: string): terminal.CmdAck {
  return { coid, status: 'REJECTED', code, message, dup: false };
}

function stale(coid: string, epoch: number, journalEpoch: number): terminal.CmdAck {
  return refused(coid, 'EPOCH_STALE', `The epoch ${epoch} is below ${journalEpoch}.`);
}

function tooLate(coid: string, notAfterUs: number, nowUs: number): terminal.CmdAck {
  return refused(coid, 'NOT_AFTER', `It was to be sent until ${notAfterUs}; it is ${nowUs}.`);
}
