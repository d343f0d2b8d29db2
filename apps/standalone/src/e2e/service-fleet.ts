import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulatorConfigInput } from '@trading/service-terminal-simulator';
import { ensureSecrets, type Secrets } from '../system/secrets';
import { DIST } from '../six-processes/six-processes';
import { SIX, type SixName } from '../six-processes/six-services';
import { waitFor } from './wait';

/** Anything but the usual outcome within this time is a failure, also on a busy machine. */
const READY_WITHIN_MS = 120_000;
const HOST = '127.0.0.1';

/** A process of a built program, which writes its own log. */
export class FleetProcess {
  readonly pid: number;
  /** Null when a signal ended it; undefined while it runs. */
  exitCode: number | null | undefined;
  private readonly ending: Promise<void>;

  constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    private readonly logFile: string,
    readonly http: string,
    readonly grpc: string,
  ) {
    if (child.pid === undefined) throw new Error(`${name} could not be started.`);
    this.pid = child.pid;
    this.ending = new Promise((resolve) => {
      child.on('exit', (code) => {
        this.exitCode = code;
        resolve();
      });
    });
  }

  get log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** Resident memory, in MiB. */
  get residentMib(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 'NaN') / 1024;
  }

  signal(name: NodeJS.Signals): void {
    if (this.exitCode === undefined) this.child.kill(name);
  }

  /** @returns the exit code, null when a signal ended it */
  async stop(name: 'SIGTERM' | 'SIGKILL' = 'SIGTERM', withinMs = 60_000): Promise<number | null> {
    this.signal(name);
    await this.within('to end', () => this.exitCode !== undefined, withinMs);
    await this.ending;
    return this.exitCode ?? null;
  }

  async ready(): Promise<this> {
    await this.within('to be ready', () => this.exitCode !== undefined || isReady(this.http), READY_WITHIN_MS);
    if (this.exitCode !== undefined) throw new Error(`${this.name} ended: ${this.tail}`);
    return this;
  }

  /** The end of its log. */
  get tail(): string {
    return this.log.trimEnd().split('\n').slice(-8).join('\n');
  }

  private async within(what: string, look: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
    await waitFor(`${this.name} ${what}`, look, withinMs).catch((cause: unknown) => {
      throw new Error(`${String(cause)} Its log ends:\n${this.tail}`, { cause });
    });
  }
}

async function isReady(http: string): Promise<boolean> {
  try {
    return (await fetch(`${http}/ready`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

/** A service's process has these ports, known before it starts. */
interface Ports {
  readonly http: number;
  readonly grpc: number;
}

/**
 * Services started from their environment variables alone, as an operator starts them by hand: as many of each as a test
 * wants, on free ports of loopback, with their logs in a folder of their own.
 */
export class ServiceFleet {
  readonly folder = mkdtempSync(join(tmpdir(), 'trading-fleet-'));
  readonly secrets: Secrets = ensureSecrets(this.folder);
  readonly processes: FleetProcess[] = [];
  private readonly taken = new Map<SixName, Ports>();
  private terminalPorts = new Map<SixName, number>();

  /** `env`: what each of them is told. */
  constructor(private readonly env: (name: SixName, fleet: ServiceFleet) => NodeJS.ProcessEnv) {}

  /** Ports for the first process of each service, so that they find each other in any order. */
  async choosePorts(): Promise<this> {
    for (const name of SIX) {
      this.taken.set(name, await freePorts());
      if (name.endsWith('-gateway')) this.terminalPorts.set(name, await freePort());
    }
    return this;
  }

  /** gRPC address of the first process of a service. */
  grpcOf(name: SixName): string {
    return `${HOST}:${this.portsOf(name).grpc}`;
  }

  terminalPortOf(name: SixName): number {
    return this.terminalPorts.get(name) ?? 0;
  }

  /** Starts a process of a service; the second and later ones take other ports. */
  async start(name: SixName, env: NodeJS.ProcessEnv = {}): Promise<FleetProcess> {
    const isFirst = !this.processes.some((each) => each.name === name && each.exitCode === undefined);
    const { http, grpc } = isFirst ? this.portsOf(name) : await freePorts();
    const child = this.spawn(name, `apps/${name}/src/main.js`, [], {
      ...withoutServices(process.env),
      LISTEN_HOST: HOST,
      HTTP_PORT: String(http),
      GRPC_PORT: String(grpc),
      ...(this.terminalPorts.has(name) && { TERMINAL_PORT: String(this.terminalPortOf(name)) }),
      // Where there are several, each sends on what another writes.
      ...(name === 'execution' && { ADVERTISED_GRPC_ADDRESS: `${HOST}:${grpc}` }),
      ...this.env(name, this),
      ...env,
    });
    return this.keep(new FleetProcess(name, child.process, child.logFile, `http://${HOST}:${http}`, `${HOST}:${grpc}`));
  }

  /** Starts one of each and waits until all are ready. */
  async startSix(): Promise<this> {
    const started = await Promise.all(SIX.map((name) => this.start(name)));
    await Promise.all(started.map((each) => each.ready()));
    return this;
  }

  /** Kills the process of a service, where one lives, and starts it again. */
  async restart(name: SixName, env: NodeJS.ProcessEnv = {}): Promise<FleetProcess> {
    await this.living(name)?.stop('SIGKILL');
    return this.start(name, env);
  }

  /** Starts a terminal simulator, which dials the gateway of its platform. */
  startSimulator(
    config: Omit<SimulatorConfigInput, 'gateway' | 'keyFile' | 'stateFolder' | 'fingerprint'>,
    env: NodeJS.ProcessEnv = process.env,
  ): FleetProcess {
    const stateFolder = join(this.folder, 'terminal', config.login ?? 'PAPER-1');
    mkdirSync(stateFolder, { recursive: true });
    const file = join(stateFolder, 'config.json');
    const whole: SimulatorConfigInput = {
      gateway: { host: HOST, port: this.terminalPortOf(config.platform === 'MT4' ? 'mt4-gateway' : 'mt5-gateway') },
      keyFile: this.secrets.terminalKeyFile,
      stateFolder,
      fingerprint: 'fleet',
      ...config,
    };
    writeFileSync(file, JSON.stringify(whole));
    const program = 'apps/terminal-simulator/src/main.js';
    const child = this.spawn('terminal-simulator', program, ['--config', file], env);
    return this.keep(new FleetProcess('terminal-simulator', child.process, child.logFile, '', ''));
  }

  /** The living process of a service that was started first. */
  of(name: SixName): FleetProcess {
    const found = this.living(name);
    if (found === undefined) throw new Error(`No ${name} runs.`);
    return found;
  }

  /** Ends everything at once and removes the folder. */
  async close(): Promise<void> {
    await Promise.all(this.processes.splice(0).map((each) => each.stop('SIGKILL')));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private living(name: SixName): FleetProcess | undefined {
    return this.processes.find((each) => each.name === name && each.exitCode === undefined);
  }

  private portsOf(name: SixName): Ports {
    const ports = this.taken.get(name);
    if (ports === undefined) throw new Error('The ports were not chosen.');
    return ports;
  }

  private keep(started: FleetProcess): FleetProcess {
    this.processes.push(started);
    return started;
  }

  private spawn(
    name: string,
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
  ): { readonly process: ChildProcess; readonly logFile: string } {
    const logs = join(this.folder, 'logs');
    mkdirSync(logs, { recursive: true });
    const logFile = join(logs, `${name}-${this.processes.length}.log`);
    const log = openSync(logFile, 'a');
    const argv = ['--enable-source-maps', join(DIST, program), ...args];
    const child = spawn(process.execPath, argv, { env, stdio: ['ignore', log, log] });
    closeSync(log);
    return { process: child, logFile };
  }
}

/** What this process was told is not for the services. */
function withoutServices(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const theirs = /^(DATABASE|KAFKA|REDIS|INFLUX|GRPC|HTTP|OPERATOR|SERVICE|OTEL|TRADING|LOG)_/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !theirs.test(name)));
}

async function freePorts(): Promise<Ports> {
  return { http: await freePort(), grpc: await freePort() };
}

/** Below what systems hand out to outgoing connections. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
