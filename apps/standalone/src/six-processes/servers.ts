import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../front/usage-error';
import { pointedTo } from './pointed-to';

/** Where the stores are. What has a secret in it is never logged. */
export interface Servers {
  readonly brokers: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Undefined where there is no InfluxDB: time series are kept in PostgreSQL then. */
  readonly influx: { readonly url: string; readonly token: string; readonly org: string } | undefined;
  /** Undefined unless we started one. */
  readonly prometheusUrl: string | undefined;
  readonly notes: readonly string[];
  /** Names of those that we started, or found running in our folder. */
  readonly own: readonly string[];
}

const answer = z.object({
  kafka: z.object({ brokers: z.array(z.string()).min(1) }).nullish(),
  postgres: z.object({ url: z.string() }).nullish(),
  redis: z.object({ url: z.string() }).nullish(),
  influx: z.object({ url: z.string(), token: z.string(), org: z.string() }).nullish(),
  influxMissing: z.string().optional(),
  prometheus: z.object({ url: z.string() }).nullish(),
});

export interface ServersWanted {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Prefer no usual port. */
  readonly freePorts: boolean;
  readonly prometheus: boolean;
  /** What Prometheus watches: `host:port` by service. */
  readonly watched: Readonly<Record<string, string>>;
  /** Gives the start up; what was started meanwhile is still to be stopped. */
  readonly signal: AbortSignal;
}

/**
 * Uses the servers that the environment points to, and starts (or adopts) the others in the folder.
 * @throws UsageError when the servers cannot be had; what is missing stands on stderr by then
 */
export async function bringUpServers(wish: ServersWanted): Promise<Servers> {
  const { env } = wish;
  const pointed = {
    kafka: pointedTo('KAFKA_BROKERS', env),
    postgres: pointedTo('DATABASE_URL', env),
    redis: pointedTo('REDIS_URL', env),
    influx: pointedTo('INFLUX_URL', env),
  };
  const wanted = Object.entries(pointed).flatMap(([name, url]) => (url === undefined ? [name] : []));
  // Nothing of our own, nothing to watch over.
  const own = wanted.length === 0 ? [] : [...wanted, ...(wish.prometheus ? ['prometheus'] : [])];
  const found = own.length === 0 ? {} : await up(own, wish);
  const { kafka, postgres, redis, influx, prometheus, influxMissing } = found;
  const notes: string[] = [];
  if (pointed.influx === undefined && !influx) {
    const why = influxMissing ?? 'none was started';
    notes.push(`There is no InfluxDB (${why}): ticks, bars and equity are kept in PostgreSQL.`);
  }
  return {
    brokers: pointed.kafka ?? kafka?.brokers.join(',') ?? missing('kafka'),
    databaseUrl: pointed.postgres ?? postgres?.url ?? missing('postgres'),
    redisUrl: pointed.redis ?? redis?.url ?? missing('redis'),
    influx:
      pointed.influx === undefined
        ? (influx ?? undefined)
        : {
            url: pointed.influx,
            token: pointedTo('INFLUX_TOKEN', env) ?? '',
            org: pointedTo('INFLUX_ORG', env) ?? 'trading',
          },
    prometheusUrl: prometheus?.url,
    notes,
    own,
  };
}

/** Ends the servers of the folder. */
export async function stopServers(folder: string): Promise<void> {
  await runDevInfra(['stop', '--folder', folder]);
}

/** Has the servers of the folder ended after we are gone. */
export function stopServersBehind(folder: string): void {
  spawn(process.execPath, [devInfra(), 'stop', '--folder', folder], { detached: true, stdio: 'ignore' }).unref();
}

/** Runs dev-infra with its words on our stderr. Its standard output is returned, or passed on. */
export function runDevInfra(
  args: readonly string[],
  { pass = false, signal }: { readonly pass?: boolean; readonly signal?: AbortSignal } = {},
): Promise<{ code: number; out: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [devInfra(), ...args], {
      // Not in our group: Ctrl-C is for us, and we end the servers in order.
      detached: true,
      stdio: ['ignore', pass ? 'inherit' : 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.on('error', reject);
    signal?.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    child.on('close', (code) => resolve({ code: code ?? 1, out }));
  });
}

async function up(
  only: readonly string[],
  { folder, freePorts, watched, signal }: ServersWanted,
): Promise<Partial<z.infer<typeof answer>>> {
  const services = Object.entries(watched).map(([name, at]) => `${name}=${at}`);
  const args = ['up', '--json', '--folder', folder, '--only', only.join(',')];
  if (services.length > 0) args.push('--services', services.join(','));
  const { code, out } = await runDevInfra(freePorts ? [...args, '--free-ports'] : args, { signal });
  signal.throwIfAborted();
  if (code !== 0) {
    throw new UsageError(
      `The servers could not be started; what is wrong stands above, and in their logs in ${folder}. ` +
        'Servers of your own are used where KAFKA_BROKERS, DATABASE_URL, REDIS_URL and INFLUX_URL name them.',
    );
  }
  return answer.parse(JSON.parse(out));
}

/** The program that starts servers, which is not built: beside the sources, above dist/. */
function devInfra(from = __dirname): string {
  const file = join(from, 'tools/dev-infra/dev-infra.mjs');
  if (existsSync(file)) return file;
  if (dirname(from) === from) throw new Error('tools/dev-infra/dev-infra.mjs is not part of this installation.');
  return devInfra(dirname(from));
}

function missing(name: string): never {
  throw new Error(`dev-infra started no ${name}.`);
}
