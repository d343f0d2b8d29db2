import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceName } from '../registry/schema';
import { askService, type Door } from './ask-service';
import type { Forward } from './port-forward';
import type { RunProgram } from './run-program';

/** Something that was asked, and what is wrong with it. */
export interface Finding {
  readonly subject: string;
  readonly problems: readonly string[];
}

/** Asks services one after the other through the ways that `open` gives; a way that cannot be opened is a problem too. */
export async function askAll(
  names: readonly ServiceName[],
  open: (name: ServiceName) => Promise<Forward>,
  deadlineMs: number,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const subject of names) {
    try {
      const { door, close } = await open(subject);
      const problems = await askService(door, deadlineMs);
      close();
      findings.push({ subject, problems });
    } catch (error) {
      findings.push({ subject, problems: [(error as Error).message] });
    }
  }
  return findings;
}

/** A paper order through the command line, and what it needs. */
export interface PaperOrder {
  /** Account, symbol, side and lots: `PAPER-1 EURUSD buy 0.01`. */
  readonly words: string;
  readonly execution: Door;
  readonly tokenFile: string;
  /** Of this deployment: a repetition does nothing twice. */
  readonly requestId: string;
  /** The built command line. */
  readonly main: string;
}

const ORDER = /^(?<account>[\w.-]+) (?<order>[\w.#]+ (buy|sell) \d+(\.\d+)?)$/;

/** Submits a paper order; a denial, a rejection and an unknown fate are problems. */
export function placeOrder({ words, execution, tokenFile, requestId, main }: PaperOrder, run: RunProgram): Finding {
  const subject = `order ${words}`;
  const { account, order } = ORDER.exec(words)?.groups ?? {};
  if (account === undefined || order === undefined) {
    return { subject, problems: ['expected such as: PAPER-1 EURUSD buy 0.01'] };
  }
  const where = ['--account', account, '--grpc', execution.grpc, '--token-file', tokenFile, '--request-id', requestId];
  const { code, stdout, stderr } = run(process.execPath, [main, 'order', 'submit', ...order.split(' '), ...where]);
  return { subject, problems: code === 0 ? [] : [`${stdout}${stderr}`.trim()] };
}

/** The file that a Secret's operator token is written to while `use` runs; no longer. Throws {@link TokenMissing}. */
export function withOperatorToken<T>(kubectl: string, namespace: string, run: RunProgram, use: (file: string) => T): T {
  const words = ['get', 'secret', 'trading-tokens', '--namespace', namespace, '--output', 'jsonpath={.data.operator}'];
  const { code, stdout, stderr } = run(kubectl, words);
  if (code !== 0 || stdout === '') throw new TokenMissing(namespace, stderr.trim());
  const folder = mkdtempSync(join(tmpdir(), 'smoke-'));
  try {
    const file = join(folder, 'operator');
    writeFileSync(file, Buffer.from(stdout, 'base64'), { mode: 0o600 });
    return use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The operator's token is not in the Secret where services have it. */
export class TokenMissing extends Error {
  constructor(
    readonly namespace: string,
    readonly reason: string,
  ) {
    super(
      `There is no operator's token in the Secret trading-tokens of ${namespace}: ${reason || 'it has no such key'}`,
    );
  }
}
