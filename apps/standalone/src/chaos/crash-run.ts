import { common } from '@trading/contracts';
import { DataFolder, isSimulator } from '../e2e/data-folder';
import { freePort } from '../e2e/free-port';
import { Program, type Ended } from '../e2e/program';
import { comparable, summaryOf } from '../e2e/summary';
import { brokerDifferences, readBoth } from './broker-books';
import { departures, inconsistencies } from './check-stored';
import type { Crash } from './crash-plan';
import { connectToOne } from './one-client';
import { embeddedUrl, readStored, type StoredBooks } from './stored-books';

type Moment = Extract<Crash, { kind: 'moment' }>;

const ACCOUNT = 'PAPER-1';
const RUN = 'run-0001';
const SIMULATOR = 'terminal-simulator.';
/** A cycle takes a few seconds; on a machine that does much else, many. */
const CYCLE_WITHIN_MS = 120_000;

/** What a run came to, equal for equal data, options and seed, to the byte. */
export interface Outcome {
  readonly summary: string;
  readonly csv: Readonly<Record<string, string>>;
  readonly stored: StoredBooks;
}

/** How one start ended: by the crash, or with the end of the data. */
export type CycleEnd = { readonly kind: 'crashed' } | { readonly kind: 'finished'; readonly outcome: Outcome };

/** Something that must hold did not. */
export class Broken extends Error {
  readonly code = 'BROKEN';

  constructor(readonly differences: readonly string[]) {
    super(differences.slice(0, 20).join('\n'));
  }
}

/** One run in a data folder of its own, crashed and started again until its data ends. */
export class CrashRun {
  readonly folder = new DataFolder();
  /** In which trading state the account must be at the end. */
  expectedState: common.TradingState = common.TradingState.ACTIVE;
  private terminalPort = '0';

  constructor(
    private readonly args: readonly string[],
    /** Undefined: this run makes the reference. */
    private readonly reference: Outcome | undefined,
  ) {}

  /** Starts the system and has it crash; without a crash it goes to the end of the data. */
  async cycle(crash?: Crash): Promise<CycleEnd> {
    if (this.terminalPort === '0') this.terminalPort = String(await freePort());
    const isOfSimulator = crash?.kind === 'point' && crash.point.startsWith(SIMULATOR);
    // One that outlived the last crash would not be told to die at this point.
    if (isOfSimulator) await this.folder.killAll(isSimulator);
    const env = crash?.kind === 'point' ? { CRASH_AT: `${crash.point}:${crash.pass}` } : {};
    const where = ['--data-dir', this.folder.path, '--terminal-port', this.terminalPort, '--json'];
    const program = Program.up([...where, ...this.args], env);
    try {
      const hasFinished = await this.untilCrashOrEnd(program, crash);
      if (hasFinished) return { kind: 'finished', outcome: await this.conclude(program) };
      mustHaveCrashed(await program.ended(), crash);
      return { kind: 'crashed' };
    } finally {
      program.signal('SIGKILL');
      await program.ended();
    }
  }

  /** Checks what is on disk now that no process runs; nothing where PostgreSQL was killed too. */
  async check(): Promise<void> {
    const stored = await this.stored();
    if (stored === undefined) return;
    const found = [
      ...inconsistencies(stored),
      ...(this.reference === undefined ? [] : departures(stored, this.reference.stored)),
    ];
    if (found.length > 0) throw new Broken(found);
  }

  remove(): Promise<void> {
    return this.folder.remove();
  }

  private async untilCrashOrEnd(program: Program, crash: Crash | undefined): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const arm = (moment: Moment): void => {
      timer = setTimeout(() => void this.kill(program, moment).catch(() => undefined), moment.afterMs);
    };
    let isOfState = crash?.kind === 'point' && crash.point.startsWith('risk-manager.state.');
    const grpcOf = (of: Program): string | undefined => this.folder.endpoints(of.pid)?.grpc;
    const deadline = performance.now() + CYCLE_WITHIN_MS;
    try {
      while (!program.hasEnded) {
        if (program.out.endsWith('\n')) return true;
        if (crash?.kind === 'moment' && timer === undefined) {
          if (crash.since === 'start' || this.folder.endpoints(program.pid) !== undefined) arm(crash);
        }
        if (isOfState && grpcOf(program) !== undefined) {
          isOfState = false;
          void this.halt(program, grpcOf(program) ?? '').catch(() => undefined);
        }
        if (performance.now() > deadline) {
          throw new Broken([`neither crash nor end within ${CYCLE_WITHIN_MS} ms: ${program.err.slice(-1500)}`]);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  /** An operator halts the account as soon as it is active, unless the system dies of that. */
  private async halt(program: Program, grpc: string): Promise<void> {
    const one = connectToOne(grpc, this.folder.operatorToken());
    const { riskManager } = one.clients;
    try {
      while (!program.hasEnded) {
        const { accounts } = await riskManager.getTradingState({ accountId: ACCOUNT });
        if (accounts[0]?.state === common.TradingState.ACTIVE) {
          await riskManager.setTradingState({ accountId: ACCOUNT, state: common.TradingState.HALTED, reason: 'chaos' });
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      one.close();
    }
  }

  private async kill(program: Program, crash: Moment): Promise<void> {
    switch (crash.target) {
      case 'standalone':
        program.signal('SIGKILL');
        return;
      case 'simulator':
        await this.folder.killAll(isSimulator);
        return;
      case 'all':
        await this.folder.killAll();
    }
  }

  /** The data has ended and the system serves on: everything is compared while it stands still. */
  private async conclude(program: Program): Promise<Outcome> {
    const grpc = this.folder.endpoints(program.pid)?.grpc;
    if (grpc === undefined) throw new Broken(['the system has ended and cannot be asked']);
    const one = connectToOne(grpc, this.folder.operatorToken());
    const found: string[] = [];
    try {
      found.push(...brokerDifferences(await readBoth(one.clients, ACCOUNT)));
      const { accounts } = await one.clients.riskManager.getTradingState({ accountId: ACCOUNT });
      const state = accounts[0]?.state;
      if (state !== this.expectedState) found.push(`the account is ${state}, expected ${this.expectedState}`);
    } finally {
      one.close();
    }
    const summary = summaryOf({ code: null, signal: null, out: program.out, err: program.err });
    program.signal('SIGKILL');
    await program.ended();
    const stored = await this.stored();
    if (stored === undefined) throw new Broken(['the books cannot be read at the end']);
    found.push(...inconsistencies(stored));
    const outcome = { summary: comparable(summary), csv: this.folder.csv(RUN), stored };
    if (this.reference !== undefined) found.push(...departuresAtEnd(outcome, this.reference));
    if (found.length > 0) throw new Broken(found);
    return outcome;
  }

  private async stored(): Promise<StoredBooks | undefined> {
    const url = this.folder.exists ? embeddedUrl(this.folder.path) : undefined;
    const journal = this.folder.file('terminal', RUN, 'journal.jsonl');
    return url === undefined ? undefined : readStored(url, ACCOUNT, journal);
  }
}

/** A program whose terminal has died ends by itself and says why; any other end of its own is a failure. */
function mustHaveCrashed({ signal, code, err }: Ended, crash: Crash | undefined): void {
  if (signal === 'SIGKILL') return;
  const isOfSimulator = crash?.kind === 'moment' ? crash.target === 'simulator' : crash?.point.startsWith(SIMULATOR);
  if (isOfSimulator === true && err.includes('The terminal simulator ended')) return;
  throw new Broken([`the program ended by itself with ${code}: ${err.slice(-2500)}`]);
}

/** At the end nothing may be missing either. */
function departuresAtEnd(outcome: Outcome, reference: Outcome): string[] {
  const found = departures(outcome.stored, reference.stored);
  const lists = ['decisions', 'journalled', 'fills', 'ledger', 'orders', 'reserved'] as const;
  for (const name of lists) {
    const [ours, theirs] = [outcome.stored[name].length, reference.stored[name].length];
    if (ours !== theirs) found.push(`${ours} ${name} at the end, undisturbed ${theirs}`);
  }
  if (outcome.summary !== reference.summary) {
    found.push(`the summary is ${outcome.summary}, undisturbed ${reference.summary}`);
  }
  for (const [name, text] of Object.entries(reference.csv)) {
    if (outcome.csv[name] !== text) found.push(`${name} is not that of the undisturbed run`);
  }
  return found;
}
