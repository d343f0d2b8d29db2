import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { needTool, type ToolName } from '../toolbox/toolbox';
import { Api } from './api';

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 120_000;

/**
 * The control plane of Kubernetes on the loopback interface: etcd, API server, controllers, scheduler, as programs of
 * `KUBEBUILDER_ASSETS`. Nodes and what runs on them are played by `Kubelets`; network policies are kept and enforced by nobody.
 */
export class ControlPlane {
  private readonly children: ChildProcess[] = [];

  private constructor(
    readonly folder: string,
    readonly api: Api,
  ) {}

  get kubeconfig(): string {
    return join(this.folder, 'kubeconfig');
  }

  /** Starts one that is ready. Throws what went wrong, with the end of the log that says it. */
  static async start(): Promise<ControlPlane> {
    const folder = mkdtempSync(join(tmpdir(), 'trading-control-plane-'));
    const token = randomBytes(16).toString('hex');
    const [client, peer, secure] = (await freePorts(3)) as [number, number, number];
    const plane = new ControlPlane(folder, new Api(secure, token));
    try {
      plane.writeFiles(secure, token);
      await plane.run(client, peer, secure);
      return plane;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  private writeFiles(secure: number, token: string): void {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const write = (name: string, text: string): void => writeFileSync(join(this.folder, name), text, { mode: 0o600 });
    write('accounts.key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    write('accounts.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString());
    write('tokens.csv', `${token},admin,1,system:masters\n`);
    const cluster = { server: `https://${HOST}:${secure}`, 'insecure-skip-tls-verify': true };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'here', cluster }],
      users: [{ name: 'admin', user: { token } }],
      contexts: [{ name: 'here', context: { cluster: 'here', user: 'admin' } }],
      'current-context': 'here',
    };
    write('kubeconfig', JSON.stringify(config));
    mkdirSync(join(this.folder, 'certificates'));
  }

  private async run(client: number, peer: number, secure: number): Promise<void> {
    const file = (name: string): string => join(this.folder, name);
    const stores = `http://${HOST}:${client}`;
    const peers = `http://${HOST}:${peer}`;
    this.launch('etcd', [
      ...['--data-dir', file('etcd'), '--unsafe-no-fsync', '--log-level', 'warn'],
      ...['--listen-client-urls', stores, '--advertise-client-urls', stores],
      ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', `default=${peers}`],
    ]);
    this.launch('kube-apiserver', [
      `--etcd-servers=${stores}`,
      `--cert-dir=${file('certificates')}`,
      `--secure-port=${secure}`,
      `--bind-address=${HOST}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      `--service-account-key-file=${file('accounts.pub')}`,
      `--service-account-signing-key-file=${file('accounts.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--token-auth-file=${file('tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--allow-privileged=true',
    ]);
    await until(
      'the API server is ready',
      () => this.api.isReady(),
      READY_WITHIN_MS,
      () => this.problem(),
    );
    const own = ['--authentication-kubeconfig', '--authorization-kubeconfig', '--kubeconfig'].map(
      (word) => `${word}=${this.kubeconfig}`,
    );
    this.launch('kube-controller-manager', [
      ...own,
      `--service-account-private-key-file=${file('accounts.key')}`,
      '--leader-elect=false',
      '--secure-port=0',
    ]);
    this.launch('kube-scheduler', [...own, '--leader-elect=false', '--secure-port=0']);
    // Controllers make this account in each namespace; pods need it.
    const account = '/api/v1/namespaces/default/serviceaccounts/default';
    await until(
      'the controllers work',
      async () => (await this.api.find(account)) !== undefined,
      READY_WITHIN_MS,
      () => this.problem(),
    );
  }

  private launch(name: ToolName, words: readonly string[]): void {
    const log = openSync(join(this.folder, `${name}.log`), 'a');
    this.children.push(spawn(needTool(name), words, { cwd: this.folder, stdio: ['ignore', log, log] }));
  }

  /** What ended although it should run, with the end of its log. */
  private problem(): string | undefined {
    const dead = this.children.find(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
    if (dead === undefined) return undefined;
    const name = dead.spawnfile.split('/').at(-1) ?? '';
    return `${name} ended: ${readFileSync(join(this.folder, `${name}.log`), 'utf8').slice(-600)}`;
  }

  /** Runs kubectl; returns what it printed and how it ended. */
  kubectl(words: readonly string[], input = ''): { ok: boolean; out: string } {
    const { status, stdout, stderr } = spawnSync(needTool('kubectl'), words, {
      encoding: 'utf8',
      input,
      env: this.env(),
      maxBuffer: 64 << 20,
    });
    return { ok: status === 0, out: status === 0 ? stdout : stderr };
  }

  /** The environment in which helm and kubectl mean this control plane. */
  env(): NodeJS.ProcessEnv {
    return { ...process.env, KUBECONFIG: this.kubeconfig, HELM_CACHE_HOME: join(this.folder, 'helm') };
  }

  /** Stops all, etcd last: an API server that has lost it waits for it. */
  async stop(): Promise<void> {
    for (const child of [...this.children].reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until something holds. Throws after the deadline, or as soon as there is a problem. */
export async function until(
  what: string,
  holds: () => Promise<boolean>,
  withinMs: number,
  problem: () => string | undefined = () => undefined,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    const said = problem();
    if (said !== undefined) throw new Error(`Until ${what}: ${said}`);
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs / 1000} s: ${what}`);
    await pause(100);
  }
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, HOST, resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
