import type { terminal } from '@trading/contracts';

/** How far the bus has an account's reliable events, and whether they are being compared with the broker. */
export interface EventPosition {
  readonly journalId: string;
  /** The last reliable sequence of that journal that the bus has accepted. */
  readonly seq: number;
  readonly syncing: boolean;
}

/** Where the reliable events of a session begin. */
export interface ResumePlan {
  /** The terminal sends what comes after this sequence. */
  readonly resumeFrom: number;
  /** Why everything is to be compared first; absent: the events go on where they ended. */
  readonly syncReason?: string;
}

/**
 * Says from where a live terminal's reliable events are taken. Where they do not go on without a gap, it is asked for
 * everything that it still has, because repeating does no harm, and the account is compared with its broker.
 */
export function planResume(
  { journalId, resume }: Pick<terminal.Hello, 'journalId' | 'resume'>,
  known: EventPosition | undefined,
  /** The journal of the account's session before, where no position is known. */
  lastJournal: string | undefined,
): ResumePlan {
  const oldest = Math.max((resume?.first ?? 1) - 1, 0);
  const before = known?.journalId ?? lastJournal;
  if (before !== undefined && before !== journalId) {
    return { resumeFrom: oldest, syncReason: `the journal is ${journalId}, it was ${before}` };
  }
  const seq = known?.seq ?? 0;
  if (oldest > seq) {
    return { resumeFrom: oldest, syncReason: `the events from ${seq + 1} to ${oldest} are lost` };
  }
  if (resume !== undefined && resume.last < seq) {
    return {
      resumeFrom: Math.min(oldest, resume.last),
      syncReason: `the terminal has events to ${resume.last}, ${seq} was said`,
    };
  }
  if (known?.syncing === true) return { resumeFrom: seq, syncReason: 'the comparison before did not end' };
  return { resumeFrom: seq };
}
