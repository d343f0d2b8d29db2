import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APPS } from '../manifest/manifest';
import type { Ended } from './run-program';
import { type WorkflowFiles, workflowsOf } from './workflow-files';

/** How a step of a workflow ended, with what it said to later steps. */
export interface StepEnded extends Ended {
  readonly outputs: Readonly<Record<string, string>>;
}

/** A repository of the form of this one, with apps of one file each, in which steps of workflows are run. */
export class SampleWorkspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'pipeline-sample-'));
  private readonly bin = join(this.folder, '.programs');

  constructor(
    private readonly root: string,
    private readonly files: WorkflowFiles,
  ) {
    mkdirSync(this.bin);
    for (const name of ['node_modules', 'dist']) symlinkSync(join(root, name), join(this.folder, name));
    this.write('.gitignore', 'node_modules\ndist\n.nx\n.programs\nprevious\nbuilt\nmanifest\noutputs\n');
    this.write('package.json', '{ "name": "sample", "private": true }');
    this.write('nx.json', '{ "analytics": false, "neverConnectToCloud": true, "defaultBase": "main" }');
    for (const app of APPS) {
      this.write(`apps/${app}/project.json`, JSON.stringify({ name: app, projectType: 'application' }));
      this.write(`apps/${app}/main.ts`, 'export {};\n');
    }
    this.git('init', '--quiet', '--initial-branch', 'main');
  }

  write(path: string, text: string): void {
    mkdirSync(join(this.folder, path, '..'), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** A program in the PATH of the steps: a script of bash. */
  program(name: string, script: string): void {
    const file = join(this.bin, name);
    writeFileSync(file, `#!/usr/bin/env bash\nset -eu\n${script}\n`);
    chmodSync(file, 0o755);
  }

  /** Commits everything. @returns the commit */
  commit(message: string): string {
    this.git('add', '--all');
    this.git('-c', 'user.name=sample', '-c', 'user.email=sample@example.org', 'commit', '--quiet', '-m', message);
    return this.git('rev-parse', 'HEAD').trim();
  }

  /** Runs the script of a workflow's step as GitHub's runner does. */
  step(workflow: string, job: string, name: string, env: Readonly<Record<string, string>>): StepEnded {
    const script = workflowsOf(this.files)[workflow]?.jobs[job]?.steps?.find((step) => step.name === name)?.run;
    if (script === undefined) throw new Error(`${workflow} ${job} has no step "${name}" with a script.`);
    const outputs = join(this.folder, 'outputs');
    writeFileSync(outputs, '');
    const words = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script];
    const { status, stdout, stderr } = spawnSync('bash', words, {
      cwd: this.folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${this.bin}:${process.env['PATH'] ?? ''}`,
        TRADING_ROOT: this.folder,
        NX_DAEMON: 'false',
        GITHUB_OUTPUT: outputs,
        ...env,
      },
    });
    const lines = readFileSync(outputs, 'utf8').split('\n').filter(Boolean);
    const pairs = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
    return { code: status ?? 1, stdout, stderr, outputs: Object.fromEntries(pairs) as Record<string, string> };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private git(...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: this.folder, encoding: 'utf8' });
  }
}
