import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from './evaluate';

/** A server that answers until it is told by a file to be silent, and ignores SIGTERM when told by another. */
const PROGRAM = `
  const { existsSync } = require('node:fs');
  const [port, folder] = process.argv.slice(1);
  process.on('SIGTERM', () => { if (!existsSync(folder + '/stubborn')) process.exit(); });
  console.log('listening on ' + port);
  if (existsSync(folder + '/broken')) throw new Error('this cannot go well');
  require('node:net').createServer((socket) => {
    socket.on('data', () => { if (!existsSync(folder + '/silent')) socket.end('PONG'); });
    socket.on('error', () => {});
  }).listen(Number(port), '127.0.0.1');`;

const SET_UP = `
  const said = [];
  const say = (line) => said.push(line.replace(/[\\d.]+ s |\\d+/g, (found) => found.endsWith('s ') ? '' : '#'));
  const folder = new folders.Folder(args[0]);
  const server = {
    name: 'fake',
    ports: { client: 1 },
    programs: () => [],
    start: ({ path, log, ports }) =>
      processes.launch([process.execPath, '-e', args[1], String(ports.client), path], { cwd: path, log }),
    answers: async ({ ports }) => (await waiting.ask(ports.client, 'PING', 200)) === 'PONG',
    describe: ({ ports }) => ({ url: 'fake://' + ports.client }),
  };
  const servers = [server];
  const up = () => commands.up(folder, { servers, say, anyFree: true });
  const stop = (kill) => commands.stop(folder, { servers, say, kill });
  const status = async () => (await commands.status(folder, { servers }))[0];`;

const MODULES = {
  commands: 'commands.mjs',
  folders: 'folder.mjs',
  processes: 'processes.mjs',
  waiting: 'waiting.mjs',
};

interface State {
  readonly state: string;
  readonly pid: number;
  readonly ports: { readonly client: number };
}

describe('the servers of a folder', () => {
  let path: string;
  const act = (body: string): { said: string[]; states: State[] } =>
    evaluate(MODULES, `${SET_UP} const states = []; ${body} return { said, states };`, path, PROGRAM) as ReturnType<
      typeof act
    >;
  const note = 'states.push(await status());';
  beforeEach(() => (path = mkdtempSync(join(tmpdir(), 'trading-dev-infra-'))));
  afterEach(() => {
    act('await stop(true);');
    rmSync(path, { recursive: true });
  });

  it('outlive the program that started them and are adopted by the next', () => {
    const first = act(`await up(); ${note}`);
    expect(first.said).toEqual(['fake: starting', 'fake: answers after (process #)']);
    const second = act(`await up(); ${note}`);
    expect(second.said).toEqual(['fake: runs already (process #)']);
    expect(second.states).toEqual(first.states);
    expect(first.states[0]?.state).toBe('running');
    // In a process group of its own: Ctrl-C does not reach it.
    const pid = String(first.states[0]?.pid);
    expect(execFileSync('ps', ['-o', 'pgid=', '-p', pid], { encoding: 'utf8' }).trim()).toBe(pid);
  });

  it.each([
    [false, 'ended'],
    [true, 'killed'],
  ])('come back at their port after a stop (kill: %s)', (kill, outcome) => {
    const { said, states } = act(`await up(); ${note} await stop(${kill}); ${note} await up(); ${note}`);
    expect(said).toContain(`fake: ${outcome}`);
    expect(states.map(({ state }) => state)).toEqual(['running', 'stopped', 'running']);
    expect(states[2]?.ports).toEqual(states[0]?.ports);
    expect(states[2]?.pid).not.toBe(states[0]?.pid);
  });

  it('are reported as silent when they run without an answer', () => {
    act('await up();');
    writeFileSync(join(path, 'fake/silent'), '');
    expect(act(note).states[0]?.state).toBe('silent');
  });

  it('are ended by force when they do not end in order', () => {
    act('await up();');
    writeFileSync(join(path, 'fake/stubborn'), '');
    const end = `return processes.end(folder.placeOf('fake').process, 'SIGTERM', 100);`;
    expect(evaluate(MODULES, `${SET_UP} ${end}`, path, PROGRAM)).toBe('killed');
    expect(act(note).states[0]?.state).toBe('stopped');
  });

  it('say the end of their log when they do not start', () => {
    act('await up(); await stop(false);');
    writeFileSync(join(path, 'fake/broken'), '');
    const message = (act('await up().catch((error) => said.push(error.message));').said.at(-1) ?? '').split('\n');
    expect(message[0]).toMatch(/^fake ended at once\. The end of .*fake\.log:$/);
    expect(message.join('\n')).toContain('this cannot go well');
  });

  it('are left out, with the reason, where they cannot be had', () => {
    const { said, states } = act(`server.absence = () => 'no such program'; await up(); ${note}`);
    expect(said).toEqual(['fake: left out, no such program']);
    expect(states).toEqual([{ name: 'fake', state: 'stopped', absence: 'no such program' }]);
  });

  it('are forgotten when their number belongs to a later process', () => {
    act('await up(); await stop(false);');
    writeFileSync(join(path, 'fake/process.json'), JSON.stringify({ pid: process.pid, started: 'long ago' }));
    expect(act(`${note} await stop(true);`).states[0]?.state).toBe('stopped');
    expect(readFileSync(join(path, 'ports.json'), 'utf8')).toContain('fake');
  });
});
