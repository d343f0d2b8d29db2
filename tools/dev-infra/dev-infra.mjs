#!/usr/bin/env node
// Real Kafka, PostgreSQL, Redis, InfluxDB and Prometheus on this machine, without containers. See
// docs/run/servers-without-docker.md, or run it without arguments.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as commands from './commands.mjs';
import { Folder } from './folder.mjs';
import { tail } from './logs.mjs';
import { addressesOf, toText } from './report.mjs';
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
  if (text === undefined) return undefined;
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

/** What runs where; without secrets, unlike what `up --json` prints. */
function printStates(folder, states, json) {
  const open = states.map((state) => ({ ...state, address: undefined }));
  console.log(json ? JSON.stringify({ folder: folder.path, servers: open }) : toText(folder, states));
}

async function up(folder, servers, values) {
  await commands.up(folder, { servers, anyFree: values['free-ports'], services: servicesOf(values.services), say });
  const states = await commands.status(folder, { servers: SERVERS });
  if (values.json) console.log(JSON.stringify(addressesOf(folder, states)));
  else printStates(folder, states, false);
  return 0;
}

async function status(folder, servers, { json }) {
  const states = await commands.status(folder, { servers });
  printStates(folder, states, json);
  return states.every(({ state, absence }) => state === 'running' || absence !== undefined) ? 0 : 1;
}

async function stop(folder, servers, { kill }) {
  await commands.stop(folder, { servers, kill, say });
  return 0;
}

async function reset(folder, _servers, { only }) {
  if (only !== undefined) throw new UsageError('reset takes no --only: the servers of a folder share its secrets.');
  await commands.reset(folder, { say });
  return 0;
}

function logs(folder, servers, { lines }) {
  if (!/^\d+$/.test(lines)) throw new UsageError(`--lines takes a number, not ${lines}.`);
  for (const server of servers) {
    const { log } = folder.placeOf(server.name);
    console.log(`==> ${log}\n${tail(log, Number(lines))}\n`);
  }
  return 0;
}

const COMMANDS = { up, start: up, status, stop, reset, logs };

function main(args) {
  const { values, positionals } = parse(args);
  const [command, ...rest] = positionals;
  if (command === undefined) throw new UsageError('What is to be done?');
  if (!Object.hasOwn(COMMANDS, command)) throw new UsageError(`There is no command ${command}.`);
  const name = command === 'logs' ? rest.shift() : undefined;
  if (rest.length > 0) throw new UsageError(`${command} takes no ${rest.join(' ')}.`);
  const servers = chosen(name ?? values.only, values['no-prometheus']);
  return COMMANDS[command](new Folder(values.folder), servers, values);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
