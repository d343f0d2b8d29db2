import { DataFolder } from '../e2e/data-folder';
import { freePort } from '../e2e/free-port';
import { Program } from '../e2e/program';
import { connectToOne, type OneClient } from './one-client';
import { embeddedUrl, readStored, type StoredBooks } from './stored-books';
import { writeFlowTicks } from './flow-ticks';
import { readFileSync } from 'node:fs';
import type { Seeded } from './seeded';

export const FLOW_ACCOUNT = 'PAPER-1';
const COMES_WITHIN_MS = 120_000;
const BARS = 120;

/** A system in one process that has traded a few orders to the end of its data and serves on. */
export class ServingSystem {
  readonly terminalPort: number;

  private constructor(
    private readonly folder: DataFolder,
    readonly program: Program,
    readonly grpc: string,
    terminalPort: number,
  ) {
    this.terminalPort = terminalPort;
  }

  static async start(random: Seeded): Promise<ServingSystem> {
    const folder = new DataFolder();
    const file = folder.beside('ticks.csv');
    writeFlowTicks(file, BARS, random);
    const strategy = ['--strategy', 'sma-cross', '--strategy-param', 'fast=2', '--strategy-param', 'slow=4'];
    const data = ['--data', file, '--symbol', 'EURUSD', ...strategy];
    const terminalPort = await freePort();
    const where = ['--data-dir', folder.path, '--terminal-port', String(terminalPort), '--json'];
    const program = Program.up([...where, ...data]);
    await program.waitFor('the summary', () => program.out.endsWith('\n'), COMES_WITHIN_MS);
    const grpc = folder.endpoints(program.pid)?.grpc ?? '';
    return new ServingSystem(folder, program, grpc, terminalPort);
  }

  get serviceToken(): string {
    return readFileSync(this.folder.file('secrets', 'service.token'), 'utf8').trim();
  }

  connect(): OneClient {
    return connectToOne(this.grpc, this.folder.operatorToken());
  }

  /** Resident memory, in MiB. */
  get residentMib(): number {
    const status = readFileSync(`/proc/${this.program.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 'NaN') / 1024;
  }

  /** What is stored, the process running on. */
  async stored(): Promise<StoredBooks> {
    const url = embeddedUrl(this.folder.path);
    const journal = this.folder.file('terminal', 'run-0001', 'journal.jsonl');
    const books = url === undefined ? undefined : await readStored(url, FLOW_ACCOUNT, journal, { whileRunning: true });
    if (books === undefined) throw new Error('The books of a running system cannot be read.');
    return books;
  }

  async stop(): Promise<void> {
    this.program.signal('SIGKILL');
    await this.program.ended();
    await this.folder.remove();
  }
}
