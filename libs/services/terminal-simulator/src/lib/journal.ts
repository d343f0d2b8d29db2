import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { journalRecordSchema, type JournalRecord, type PlayedRecord, type SubmitRecord } from './journal-record';
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
  private readonly tombstones = new Set<string>();
  private subscription: PlayedRecord & { kind: 'subscribe' } = { kind: 'subscribe', n: 0, bars: [] };

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
    writeSync(this.file, `${JSON.stringify(record)}\n`);
    fsyncSync(this.file);
    this.remember(record);
  }

  /** What takes effect after a barrier, in the order in which it was told. */
  at(n: number): readonly PlayedRecord[] {
    return this.played.get(n) ?? [];
  }

  submitted(coid: string): SubmitRecord | undefined {
    return this.submits.get(coid);
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
      case 'submit':
        this.submits.set(record.order.coid, record);
        this.epoch = Math.max(this.epoch, record.order.epoch);
        break;
      case 'subscribe':
        this.subscription = record;
        break;
    }
    this.played.set(record.n, [...this.at(record.n), record]);
    this.lastBarrier = Math.max(this.lastBarrier, record.n);
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
