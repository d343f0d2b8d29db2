import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { faultPlanSchema, type FaultPlan } from './fault-rule';
import { SimulatorError } from './simulator-errors';

export const FAULTS_FILE = 'faults.jsonl';

const firedSchema = z.object({ fired: z.number().int() });

/**
 * The plan of a run and which of its rules were due already, in the state folder: a rule is due once, whatever is
 * killed and started again.
 */
export class FaultRecord {
  private readonly fired = new Set<number>();

  private constructor(private readonly file: number | undefined) {}

  /** @throws SimulatorError STATE_OF_OTHER_RUN when the folder was begun with another plan */
  static open(folder: string, plan: FaultPlan): FaultRecord {
    const path = join(folder, FAULTS_FILE);
    const isThere = existsSync(path);
    if (!isThere && plan.rules.length === 0) return new FaultRecord(undefined);
    const text = JSON.stringify(plan);
    if (!isThere) appendFileSync(path, `${text}\n`, { flush: true });
    const stored = readFileSync(path, 'utf8');
    const [first = '', ...lines] = stored.split('\n');
    if (first !== text) {
      throw new SimulatorError(
        'STATE_OF_OTHER_RUN',
        `${path} holds another plan of faults than the configuration; start afresh in another state folder.`,
      );
    }
    // What a kill tore off in the middle of a write is nothing; the next line must not be joined to it.
    if (!stored.endsWith('\n')) appendFileSync(path, '\n', { flush: true });
    const record = new FaultRecord(openSync(path, 'a'));
    for (const line of lines) {
      const parsed = firedSchema.safeParse(parsedJson(line));
      if (parsed.success) record.fired.add(parsed.data.fired);
    }
    return record;
  }

  /** Answers whether a rule is due for the first time; it is on disk when it is. */
  fire(rule: number): boolean {
    if (this.file === undefined || this.fired.has(rule)) return false;
    this.fired.add(rule);
    writeSync(this.file, `${JSON.stringify({ fired: rule })}\n`);
    fsyncSync(this.file);
    return true;
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
  }
}

/** The plan that a state folder was begun with; undefined without one. */
export function recordedPlan(folder: string): FaultPlan | undefined {
  const path = join(folder, FAULTS_FILE);
  if (!existsSync(path)) return undefined;
  return faultPlanSchema.parse(JSON.parse(readFileSync(path, 'utf8').split('\n')[0] ?? ''));
}

/** A torn last line is nothing. */
function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
