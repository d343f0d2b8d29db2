import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringUpServers, runDevInfra, stopServers, stopServersBehind, type Servers } from '../six-processes/servers';

/** PostgreSQL, Kafka and Redis of a command's own, which it may kill. */
export class OwnServers {
  private readonly onExit = (): void => stopServersBehind(this.folder);

  private constructor(
    private readonly folder: string,
    readonly servers: Servers,
  ) {
    process.once('exit', this.onExit);
  }

  static async start(): Promise<OwnServers> {
    const folder = mkdtempSync(join(tmpdir(), 'trading-chaos-servers-'));
    const { PATH, JAVA_HOME, HOME } = process.env;
    // Nothing in the environment may lead to servers that others use.
    const env = { PATH, JAVA_HOME, HOME };
    const wish = { folder, env, freePorts: true, prometheus: false, watched: {}, signal: new AbortController().signal };
    return new OwnServers(folder, await bringUpServers(wish));
  }

  /** Kills a server as a power cut would, and starts it again with its data. */
  async killAndRestart(name: 'kafka' | 'postgres', awayMs: number): Promise<void> {
    await runDevInfra(['stop', '--only', name, '--kill', '--folder', this.folder]);
    await new Promise((resolve) => setTimeout(resolve, awayMs));
    const { code } = await runDevInfra(['start', '--only', name, '--folder', this.folder]);
    if (code !== 0) throw new Error(`${name} did not start again.`);
  }

  async stop(): Promise<void> {
    process.removeListener('exit', this.onExit);
    await stopServers(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
