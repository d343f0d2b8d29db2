#!/usr/bin/env node
// Real Kafka, PostgreSQL, Redis, InfluxDB and Prometheus on this machine, without containers. See
// docs/run/servers-without-docker.md, or run it without arguments.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as commands from './commands.mjs';
import { Folder } from './folder.mjs';
import { toJson, toText } from './report.mjs';
import { SERVICES } from './servers/prometheus.mjs';
import { SERVERS } from './servers/servers.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const USAGE = `dev-infra.mjs up|start|status|stop|reset|logs [options]

  up, start      bring the servers up: adopt what runs, start the rest, wait until each answers
  status         say what runs where; exit code 1 unless all of them do
  stop           end them in order
  reset          end them and remove their data
  logs [name]    print the end of the servers' logs

  --folder F         where data, logs and secrets lie (default .data/dev of this repository)
  --only a,b         only these of ${SERVERS.map(({ name }) => name).join(', ')}
  --no-prometheus    all but Prometheus
  --free-ports       (up) choose free ports at first, rather than the usual ones
  --services n=h:p   (up) what Prometheus watches, comma-separated name=host:port (default HTTP 8181 to 8186)
  --kill             (stop) with SIGKILL, as a crash would
  --lines N          (logs) how many lines (default 40)
  --json             print one JSON object; progress goes to stderr in any case`;

const OPTIONS = {
  folder: { type: 'string', default: join(ROOT, '.data/dev') },
  only: { type: 'string' },
  'no-prometheus': { type: 'boolean', default: false },
  'free-ports': { type: 'boolean', default: false },
  services: { type: 'string' },
  kill: { type: 'boolean', default: false },
  lines: { type: 'string', default: '40' },
  json: { type: 'boolean', default: false },
};

class UsageError extends Error {}

function chosen(only, noPrometheus) {
  const names = only?.split(',') ?? SERVERS.map(({ name }) => name);
  const unknown = names.filter((name) => !SERVERS.some((server) => server.name === name));
  if (unknown.length > 0) throw new UsageError(`There is no server ${unknown.join(', ')}.`);
  return SERVERS.filter(({ name }) => names.includes(name) && !(noPrometheus && name === 'prometheus'));
}

function servicesOf(text) {
  if (text === undefined) return SERVICES;
  const entries = text.split(',').map((each) => /^([\w-]+)=([\w.-]+:\d+)$/.exec(each)?.slice(1));
  if (entries.includes(undefined)) throw new UsageError(`--services takes name=host:port,…, not ${text}.`);
  return Object.fromEntries(entries);
}

function parse(args) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

const say = (line) => console.error(line);

async function print(folder, json, servers = SERVERS) {
  const states = await commands.status(folder, { servers });
  console.log(json ? JSON.stringify(toJson(folder, states)) : toText(folder, states));
  return states;
}

async function main(args) {
  const { values, positionals } = parse(args);
  const [command, name] = positionals;
  const servers = chosen(values.only, values['no-prometheus']);
  const folder = new Folder(values.folder);
  switch (command) {
    case 'up':
    case 'start':
      await commands.up(folder, { servers, anyFree: values['free-ports'], services: servicesOf(values.services), say });
      await print(folder, values.json);
      return 0;
    case 'status': {
      const states = await print(folder, values.json, servers);
      return states.every(({ state, absence }) => state === 'running' || absence !== undefined) ? 0 : 1;
    }
    case 'stop':
      await commands.stop(folder, { servers, kill: values.kill, say });
      return 0;
    case 'reset':
      await commands.reset(folder, { say });
      return 0;
    case 'logs':
      for (const server of name === undefined ? servers : chosen(name, false)) {
        const { log } = folder.placeOf(server.name);
        console.log(`==> ${log}\n${commands.tail(log, Number(values.lines))}\n`);
      }
      return 0;
    default:
      throw new UsageError(command === undefined ? 'What is to be done?' : `There is no command ${command}.`);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
