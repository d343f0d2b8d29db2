import { crashPoint } from '@trading/platform-crash-points';
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  journalRecordSchema,
  type CancelRecord,
  type CommandRecord,
  type JournalRecord,
  type ModifyRecord,
  type PlayedRecord,
  type SubmitRecord,
  type SubscribeRecord,
} from './journal-record';
import { SimulatorError } from './simulator-errors';

export const JOURNAL_FILE = 'journal.jsonl';

/**
 * The one durable state of the simulator: an append-only file of what it was told and when in simulated time. A record
 * is on disk when `append` returns. Everything else follows from data, options and this.
 */
export class Journal {
  journalId = '';
  /** Highest fencing epoch seen. */
  epoch = 0;
  /** The last barrier with a record. */
  lastBarrier = 0;
  private readonly played = new Map<number, PlayedRecord[]>();
  private readonly submits = new Map<string, SubmitRecord>();
  private readonly requests = new Map<string, ModifyRecord | CancelRecord>();
  private readonly tombstones = new Set<string>();
  /** By command, the last attempt that was written down. */
  private readonly attempts = new Map<number, number>();
  private commands = 0;
  private subscription: SubscribeRecord = { kind: 'subscribe', n: 0, bars: [] };

  private constructor(
    private readonly file: number,
    private readonly path: string,
  ) {}

  /**
   * Opens the journal of a folder, or begins one. A torn last line, which was never acknowledged, is cut off.
   * @throws SimulatorError STATE_OF_OTHER_RUN, JOURNAL_BROKEN, STATE_UNWRITABLE
   */
  static open(folder: string, fingerprint: string): Journal {
    const path = join(folder, JOURNAL_FILE);
    let journal: Journal | undefined;
    try {
      mkdirSync(folder, { recursive: true });
      const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
      journal = new Journal(openSync(path, 'a'), path);
      journal.recover(text, fingerprint);
      if (journal.journalId === '') {
        journal.append({ kind: 'header', version: 1, journalId: randomUUID(), fingerprint });
        syncFolder(folder);
      }
      return journal;
    } catch (cause) {
      journal?.close();
      if (cause instanceof SimulatorError) throw cause;
      throw new SimulatorError('STATE_UNWRITABLE', `The state folder ${folder} cannot be used.`, { cause });
    }
  }

  append(record: JournalRecord): void {
    crashPoint('terminal-simulator.journal.appending');
    writeSync(this.file, `${JSON.stringify(record)}\n`);
    fsyncSync(this.file);
    crashPoint('terminal-simulator.journal.appended');
    this.remember(record);
  }

  /** What takes effect after a barrier, in the order in which it was told. */
  at(n: number): readonly PlayedRecord[] {
    return this.played.get(n) ?? [];
  }

  submitted(coid: string): SubmitRecord | undefined {
    return this.submits.get(coid);
  }

  /** The modification or cancellation of a request id. */
  requested(requestId: string): ModifyRecord | CancelRecord | undefined {
    return this.requests.get(requestId);
  }

  /** Writes an attempt down before it is made; one that is made again in a later play stands there already. */
  attempt(command: number, number: number): void {
    if (number <= (this.attempts.get(command) ?? 1)) return;
    this.append({ kind: 'attempt', command, number });
  }

  /** Holds that the market has come to barrier `n` and cannot have gone another way. */
  reach(n: number): void {
    if (n > this.lastBarrier) this.append({ kind: 'reached', n });
  }

  /** Forgets everything but what the broker remembers, and is another journal from then on. */
  lose(n: number): void {
    this.append({ kind: 'lost', n: Math.max(n, this.lastBarrier), journalId: randomUUID() });
  }

  isTombstoned(coid: string): boolean {
    return this.tombstones.has(coid);
  }

  /** Whether these bars are those asked for last. */
  isSubscribed(bars: readonly { readonly symbol: string; readonly timeframe: string }[]): boolean {
    const text = (list: typeof bars) =>
      list
        .map(({ symbol, timeframe }) => `${symbol} ${timeframe}`)
        .sort()
        .join();
    return text(bars) === text(this.subscription.bars);
  }

  close(): void {
    closeSync(this.file);
  }

  private recover(text: string, fingerprint: string): void {
    const end = text.lastIndexOf('\n') + 1;
    if (end < text.length) ftruncateSync(this.file, Buffer.byteLength(text.slice(0, end)));
    const lines = text.slice(0, end).split('\n').slice(0, -1);
    lines.forEach((line, index) => {
      const record = this.parse(line, index + 1);
      if ((record.kind === 'header') !== (index === 0)) this.refuse(index + 1);
      if (record.kind === 'header' && record.fingerprint !== fingerprint) {
        throw new SimulatorError(
          'STATE_OF_OTHER_RUN',
          `The journal ${this.path} belongs to a run with other data or options; start afresh in another state folder.`,
        );
      }
      this.remember(record);
    });
  }

  private parse(line: string, number: number): JournalRecord {
    try {
      return journalRecordSchema.parse(JSON.parse(line));
    } catch (cause) {
      return this.refuse(number, cause);
    }
  }

  private refuse(line: number, cause?: unknown): never {
    throw new SimulatorError('JOURNAL_BROKEN', `${this.path}, line ${line}: this is no record of a journal.`, {
      cause,
    });
  }

  private remember(record: JournalRecord): void {
    switch (record.kind) {
      case 'header':
        this.journalId = record.journalId;
        return;
      case 'tombstone':
        this.tombstones.add(record.coid);
        return;
      case 'fence':
        this.epoch = Math.max(this.epoch, record.epoch);
        return;
      case 'attempt':
        this.attempts.set(record.command, record.number);
        return;
      case 'reached':
        this.lastBarrier = Math.max(this.lastBarrier, record.n);
        return;
      case 'submit':
        this.submits.set(record.order.coid, record);
        this.rememberCommand(record, record.order.epoch);
        return;
      case 'modify':
        this.requests.set(record.change.requestId, record);
        this.rememberCommand(record, record.change.epoch);
        return;
      case 'cancel':
        this.requests.set(record.cancel.requestId, record);
        this.rememberCommand(record, record.cancel.epoch);
        return;
      case 'subscribe':
        this.subscription = record;
        this.play(record.n, record);
        return;
      case 'lost':
        this.journalId = record.journalId;
        this.epoch = 0;
        this.submits.clear();
        this.requests.clear();
        this.tombstones.clear();
        this.play(record.n, record);
        // Nothing that comes afterwards may be told together with what was told before.
        this.lastBarrier += 1;
        return;
    }
  }

  private rememberCommand(record: CommandRecord, epoch: number): void {
    this.epoch = Math.max(this.epoch, epoch);
    this.commands += 1;
    this.play(record.n, { kind: 'command', ordinal: this.commands, record });
  }

  private play(n: number, record: PlayedRecord): void {
    const there = this.played.get(n);
    if (there) there.push(record);
    else this.played.set(n, [record]);
    this.lastBarrier = Math.max(this.lastBarrier, n);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
