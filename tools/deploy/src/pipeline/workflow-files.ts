import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A step, as far as policies look at it. */
export interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** A job; one that calls a workflow has `uses` instead of steps. */
export interface Job {
  readonly uses?: string;
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly environment?: string | { readonly name: string };
  readonly permissions?: Readonly<Record<string, string>> | string;
  readonly concurrency?: unknown;
  readonly 'runs-on'?: unknown;
  readonly 'timeout-minutes'?: number;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly Step[];
}

/** A workflow. `on` is not a boolean here: the parser reads YAML 1.2. */
export interface Workflow {
  readonly on: Readonly<Record<string, { readonly branches?: readonly string[] } | null>>;
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Text of each file by its path below `.github`: workflows, and actions of our own. */
export type WorkflowFiles = Readonly<Record<string, string>>;

/** Reads the workflows and actions of the workspace at `root`. */
export function readWorkflowFiles(root: string): WorkflowFiles {
  const folder = join(root, '.github');
  const names = [
    ...readdirSync(join(folder, 'workflows')).map((name) => `workflows/${name}`),
    ...readdirSync(join(folder, 'actions')).map((name) => `actions/${name}/action.yml`),
  ];
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** The workflows among the files, by name: `images`. */
export function workflowsOf(files: WorkflowFiles): Readonly<Record<string, Workflow>> {
  const own = Object.entries(files).filter(([path]) => path.startsWith('workflows/'));
  return Object.fromEntries(
    own.map(([path, text]) => [path.replace(/^workflows\/|\.ya?ml$/g, ''), parse(text) as Workflow]),
  );
}

/** Every step of workflows and actions with the place that it is at. */
export function stepsOf(files: WorkflowFiles): readonly { readonly place: string; readonly step: Step }[] {
  return Object.entries(files).flatMap(([path, text]) => {
    const { jobs, runs } = parse(text) as { jobs?: Record<string, Job>; runs?: { steps: readonly Step[] } };
    const lists = runs === undefined ? Object.entries(jobs ?? {}) : [['', runs] as const];
    return lists.flatMap(([job, { steps }]) =>
      (steps ?? []).map((step, i) => ({ place: `${path}${job === '' ? '' : ` ${job}`} step ${i + 1}`, step })),
    );
  });
}

export const needsOf = ({ needs }: Job): readonly string[] => [needs ?? []].flat();
