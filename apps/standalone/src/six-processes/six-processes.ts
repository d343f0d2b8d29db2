import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Logger, LogLevel } from '@trading/platform-logging';
import { LogFile } from './log-file';
import { shownLine } from './log-lines';
import { PidFile, pidFolder } from './pid-file';
import { forEachOfSix, GATEWAYS, SIX, type SixName } from './six-services';
import { SupervisedProcess } from './supervised-process';

/** The built programs, whether this file is one of them or a source. */
export const DIST = distOf(__dirname);

export function distOf(from: string): string {
  for (let folder = from; dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, 'apps/prediction/src/main.js'))) return folder;
    if (existsSync(join(folder, 'package.json'))) return join(folder, 'dist');
  }
  return resolve(from, '../../../..');
}

export function programOf(name: SixName, dist = DIST): string {
  return join(dist, `apps/${name}/src/main.js`);
}

export function logFileOf(dataDir: string, name: SixName): string {
  return join(dataDir, 'logs', `${name}.log`);
}

export interface SixProcessesOptions {
  readonly dataDir: string;
  readonly environments: Readonly<Record<SixName, NodeJS.ProcessEnv>>;
  readonly logger: Logger;
  readonly shown: {
    readonly least: LogLevel;
    readonly colours: boolean;
    readonly write: (text: string) => void;
  };
}

/** The six services, each a process of its own that writes its own log. */
export class SixProcesses {
  readonly of: Readonly<Record<SixName, SupervisedProcess>>;
  private readonly logs: Readonly<Record<SixName, LogFile>>;

  constructor({ dataDir, environments, logger, shown }: SixProcessesOptions) {
    this.logs = forEachOfSix((name) =>
      LogFile.follow(logFileOf(dataDir, name), (line) => {
        const text = shownLine(name, line, shown.least, shown.colours);
        if (text !== undefined) shown.write(text);
      }),
    );
    this.of = forEachOfSix(
      (name) =>
        new SupervisedProcess({
          program: programOf(name),
          // So that lists of processes tell which system they belong to.
          label: ['--of', dataDir],
          env: environments[name],
          pidFile: new PidFile(pidFolder(dataDir), name),
          log: this.logs[name],
          logger,
        }),
    );
  }

  /** All at once: none needs another one to start. */
  start(): void {
    for (const name of SIX) this.of[name].start();
  }

  /** Gateways first, so that no data comes in any more; then the others drain. */
  async stop(): Promise<void> {
    await Promise.all(GATEWAYS.map((name) => this.of[name].stop()));
    await Promise.all(SIX.map((name) => this.of[name].stop()));
    for (const name of SIX) this.logs[name].close();
  }

  /** Ends them at once. */
  kill(): void {
    for (const name of SIX) this.of[name].kill();
  }
}
