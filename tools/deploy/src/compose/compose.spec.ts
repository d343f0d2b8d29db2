import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseSimulatorConfig } from '@trading/service-terminal-simulator';
import { parse } from 'yaml';
import { readRegistry, servicesOf } from '../registry/registry';
import { SERVICE_NAMES } from '../registry/schema';

interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly args: { readonly APP: string } };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: object;
}

const root = resolve(__dirname, '../../../..');
const FILE = 'docker-compose.dev.yml';
const text = readFileSync(join(root, FILE), 'utf8');
const { services } = parse(text, { merge: true }) as { services: Readonly<Record<string, ComposeService>> };
const registry = readRegistry(root);
/** Containers of servers, by the stores of the registry. */
const STORES = ['postgres', 'redis', 'influxdb', 'kafka'] as const;

describe('the compose file of development', () => {
  it('starts each service behind those whom it calls and its stores', () => {
    for (const { name, calls, stores } of servicesOf(registry)) {
      const waitsFor = Object.keys(services[name]?.depends_on ?? {});
      const callable = waitsFor.filter((each) => (SERVICE_NAMES as readonly string[]).includes(each)).sort();
      expect([name, callable]).toEqual([name, [...calls].sort()]);
      expect(waitsFor).toEqual(expect.arrayContaining(STORES.filter((store) => stores.includes(store))));
      expect(services[name]?.build?.args.APP).toBe(name);
    }
  });

  it('tells each service where those are whom it calls', () => {
    for (const { name, calls } of servicesOf(registry)) {
      const { environment = {} } = services[name] ?? {};
      const told = Object.entries(environment).flatMap(([key, value]) =>
        key.endsWith('_GRPC_ADDRESS') ? [value] : [],
      );
      expect(told.sort()).toEqual(calls.map((callee) => `${callee}:${registry.ports.grpc}`).sort());
    }
  });

  it('opens the ports of the list on loopback, and no other interface', () => {
    servicesOf(registry).forEach(({ name, terminals }, index) => {
      const { http, grpc } = registry.ports;
      const wanted = [`127.0.0.1:${8181 + index}:${http}`, `127.0.0.1:${9191 + index}:${grpc}`];
      if (terminals !== undefined) wanted.push(`127.0.0.1:${terminals.port}:${terminals.port}`);
      expect([...(services[name]?.ports ?? [])].sort()).toEqual(wanted.sort());
    });
    for (const { ports = [] } of Object.values(services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    }
  });

  it('has the ports of the stores and consoles where people look for them', () => {
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name} ${port}`),
    );
    for (const [name, port] of [
      ['postgres', 5432],
      ['redis', 6379],
      ['influxdb', 8086],
      ['kafka', 9092],
      ['prometheus', 9090],
      ['grafana', 3000],
    ] as const) {
      expect(published).toContain(`${name} 127.0.0.1:${port}:${port}`);
    }
  });

  it('names a version of every image', () => {
    for (const { image } of Object.values(services)) {
      if (image !== undefined) expect(image).toMatch(/:v?\d+(\.\d+)*(-[a-z]+)?$/);
    }
  });

  it('mounts what is there', () => {
    const made = ['.data/compose'];
    for (const { volumes = [] } of Object.values(services)) {
      for (const source of volumes.map((volume) => volume.split(':')[0] ?? '')) {
        if (!source.startsWith('./') || made.some((folder) => source.includes(folder))) continue;
        expect([source, existsSync(join(root, source))]).toEqual([source, true]);
      }
    }
  });

  it('tells the simulated terminal what it understands', () => {
    const config = parseSimulatorConfig(readFileSync(join(root, 'docker/compose/simulator.json'), 'utf8'));
    const accounts = JSON.parse(services['mt5-gateway']?.environment?.['ACCOUNTS'] ?? '[]') as { login: string }[];
    expect(accounts.map(({ login }) => login)).toEqual([config.login]);
  });

  const lint = (source: string): { readonly status: number | null; readonly out: string } => {
    const folder = mkdtempSync(join(tmpdir(), 'trading-compose-'));
    try {
      const file = join(folder, 'docker-compose.yml');
      writeFileSync(file, source);
      const dclint = join(root, 'node_modules/dclint/bin/dclint.cjs');
      const args = [dclint, '--config', join(root, '.dclintrc.json'), file];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
      return { status, out: `${stdout}${stderr}` };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it('passes the linter, which refuses a port on every interface and an image without a version', () => {
    expect(lint(text)).toEqual({ status: 0, out: expect.any(String) });
    expect(lint(text.replace("'127.0.0.1:5432:5432'", "'5432:5432'"))).toMatchObject({ status: 1 });
    expect(lint(text.replace('postgres:17', 'postgres:latest'))).toMatchObject({ status: 1 });
  });
});
