import type { terminal } from '@trading/contracts';
import { countSync } from './gateway-metrics';
import { planResume } from './resume-plan';
import { HandshakeRefused } from './handshake';
import type { SessionDirectory, SessionRecord } from './session-directory';
import type { SessionPorts } from './session-ports';

/** Whether the account of one live session is being compared with its broker; while it is, no orders are taken. */
export class SessionSync {
  private inProgress = false;

  constructor(
    private readonly accountId: string,
    private readonly hello: terminal.Hello,
    private readonly ports: Pick<SessionPorts, 'directory' | 'logger' | 'config'>,
  ) {}

  get isSyncing(): boolean {
    return this.inProgress;
  }

  /** Decides, durably, from where the session's reliable events are taken, and returns that. */
  async begin(): Promise<number> {
    const { directory } = this.ports;
    const { accountId, hello } = this;
    const known = await directory.events(accountId);
    const { resumeFrom, syncReason } = planResume(hello, known, await directory.journalOf(accountId));
    const syncing = syncReason !== undefined;
    await directory.beginEvents(accountId, { journalId: hello.journalId, seq: resumeFrom, syncing });
    if (syncing) this.show(syncReason);
    return resumeFrom;
  }

  /** Events are missing in the middle of the session. Holds from the call on. */
  async start(reason: string): Promise<void> {
    this.show(reason);
    await this.ports.directory.setSyncing(this.accountId, this.hello.journalId, true);
  }

  async end(): Promise<void> {
    await this.ports.directory.setSyncing(this.accountId, this.hello.journalId, false);
    this.inProgress = false;
    this.ports.logger.info({ accountId: this.accountId }, 'The account was compared with its broker.');
  }

  private show(reason: string): void {
    this.inProgress = true;
    countSync(this.ports.config.platform);
    this.ports.logger.warn({ accountId: this.accountId, reason }, 'The account is to be compared with its broker.');
  }
}

/**
 * In simulated time a terminal with another journal cannot be where the account's barrier is.
 * @throws HandshakeRefused JOURNAL_CHANGED
 */
export async function requireJournal(
  directory: Pick<SessionDirectory, 'journalOf'>,
  { accountId, journalId }: Pick<SessionRecord, 'accountId' | 'journalId'>,
  barrier: number,
): Promise<void> {
  const known = await directory.journalOf(accountId);
  if (known === undefined || known === journalId || barrier === 0) return;
  const sentence = `The terminal's journal is ${journalId}; the account's was ${known}.`;
  throw new HandshakeRefused('JOURNAL_CHANGED', sentence);
}
