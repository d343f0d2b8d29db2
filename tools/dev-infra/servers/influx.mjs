// InfluxDB 2.7: `influxd` from the variable INFLUXD or from PATH. Few systems have a package of it, so it may be absent.
import { join, resolve } from 'node:path';
import { findProgram, isExecutable } from '../programs.mjs';
import { launch } from '../processes.mjs';
import { isOk } from '../waiting.mjs';

const { AbortSignal, fetch } = globalThis;
const ORG = 'trading';
const USER = 'trading';

const urlOf = (ports) => `http://127.0.0.1:${ports.client}`;

/** @type {import('./servers.mjs').Server} */
export const influx = {
  name: 'influx',
  ports: { client: 8086 },
  programs: () => [],
  absence() {
    const named = process.env['INFLUXD'];
    if (named) return isExecutable(named) ? undefined : `INFLUXD names ${named}, which is no program`;
    return findProgram('influxd') ? undefined : 'there is no influxd in PATH and INFLUXD does not name one';
  },
  start({ path, log, ports }) {
    const named = process.env['INFLUXD'];
    const program = named ? resolve(named) : findProgram('influxd');
    const options = {
      'bolt-path': join(path, 'influxd.bolt'),
      'sqlite-path': join(path, 'influxd.sqlite'),
      'engine-path': join(path, 'engine'),
      'http-bind-address': `127.0.0.1:${ports.client}`,
    };
    const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    return launch([program, ...args, '--reporting-disabled'], { cwd: path, log });
  },
  answers: ({ ports }) => isOk(`${urlOf(ports)}/health`),
  /** The first start makes the organisation, a user and the token; later ones make sure that they are still ours. */
  async prepare({ ports, secrets }) {
    const request = async (route, init) => {
      const response = await fetch(`${urlOf(ports)}${route}`, { ...init, signal: AbortSignal.timeout(30_000) });
      if (!response.ok) throw new Error(`InfluxDB answers ${response.status} to ${route}: ${await response.text()}`);
      return response.json();
    };
    const { allowed } = await request('/api/v2/setup');
    if (allowed) {
      const setup = {
        username: USER,
        password: secrets.influxPassword,
        org: ORG,
        bucket: ORG,
        token: secrets.influxToken,
        retentionPeriodSeconds: 0,
      };
      await request('/api/v2/setup', { method: 'POST', body: JSON.stringify(setup) });
    } else {
      await request(`/api/v2/orgs?org=${ORG}`, { headers: { authorization: `Token ${secrets.influxToken}` } });
    }
  },
  describe: ({ ports, secrets }) => ({ url: urlOf(ports), token: secrets.influxToken, org: ORG }),
};
