// Redis from the system's package, appending every write to a file, so that its data survives a kill.
import { findProgram } from '../programs.mjs';
import { launch } from '../processes.mjs';
import { ask } from '../waiting.mjs';

/** @type {import('./servers.mjs').Server} */
export const redis = {
  name: 'redis',
  ports: { client: 6379 },
  programs: () => ['redis-server'],
  start({ path, log, ports }) {
    const settings = {
      bind: '127.0.0.1',
      port: ports.client,
      dir: path,
      daemonize: 'no',
      appendonly: 'yes',
      appendfsync: 'everysec',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    return launch([findProgram('redis-server'), ...options, '--save', ''], { cwd: path, log });
  },
  answers: async ({ ports }) => (await ask(ports.client, 'PING\r\n'))?.startsWith('+PONG') === true,
  describe: ({ ports }) => ({ url: `redis://127.0.0.1:${ports.client}` }),
};
