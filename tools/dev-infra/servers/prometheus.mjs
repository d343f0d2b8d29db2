// Prometheus from the system's package, collecting the metrics of the services that run on this machine.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../programs.mjs';
import { launch } from '../processes.mjs';
import { isOk } from '../waiting.mjs';

/** Where the services' HTTP listeners are when they run side by side on one machine. */
const SERVICES = {
  prediction: '127.0.0.1:8181',
  decision: '127.0.0.1:8182',
  execution: '127.0.0.1:8183',
  'risk-manager': '127.0.0.1:8184',
  'mt4-gateway': '127.0.0.1:8185',
  'mt5-gateway': '127.0.0.1:8186',
};

const CONFIGURATION = {
  global: { scrape_interval: '5s', evaluation_interval: '5s' },
  scrape_configs: [{ job_name: 'services', file_sd_configs: [{ files: ['targets.json'], refresh_interval: '5s' }] }],
};

/** The targets in the form of Prometheus' file discovery, which it reads again whenever the file changes. */
export function targetsOf(services) {
  return Object.entries(services).map(([service, target]) => ({ targets: [target], labels: { service } }));
}

/** @type {import('./servers.mjs').Server} */
export const prometheus = {
  name: 'prometheus',
  ports: { client: 9099 },
  programs: () => ['prometheus'],
  configure({ path, services }) {
    const file = join(path, 'targets.json');
    if (services === undefined && existsSync(file)) return;
    writeFileSync(file, JSON.stringify(targetsOf(services ?? SERVICES), undefined, 2));
  },
  start({ path, log, ports }) {
    // JSON is YAML.
    writeFileSync(join(path, 'prometheus.yml'), JSON.stringify(CONFIGURATION, undefined, 2));
    const options = {
      'config.file': join(path, 'prometheus.yml'),
      'storage.tsdb.path': join(path, 'data'),
      'storage.tsdb.retention.time': '7d',
      'web.listen-address': `127.0.0.1:${ports.client}`,
    };
    const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    return launch([findProgram('prometheus'), ...args], { cwd: path, log });
  },
  answers: ({ ports }) => isOk(`http://127.0.0.1:${ports.client}/-/ready`),
  describe: ({ ports }) => ({ url: `http://127.0.0.1:${ports.client}` }),
};
