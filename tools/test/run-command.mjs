import { spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';

const LIMIT_MINUTES = 20;

/**
 * Runs a command in a process group of its own, its output in the log; true when it ends with 0. One that takes too
 * long is ended with all its children, as is the running one when this program is told to end.
 */
export function run([program, ...args], { cwd, log }) {
  const out = openSync(log, 'a');
  writeSync(out, `> ${[program, ...args].join(' ')}\n`);
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NO_COLOR: '1' };
  delete env.FORCE_COLOR;
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', out, out] });
  const end = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  const limit = setTimeout(() => {
    writeSync(out, `\nstopped after ${LIMIT_MINUTES} minutes\n`);
    end('SIGKILL');
  }, LIMIT_MINUTES * 60_000);
  const onSignal = (signal) => {
    end(signal);
    process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, onSignal);
  return new Promise((resolve) => {
    const done = (ok) => {
      clearTimeout(limit);
      for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, onSignal);
      closeSync(out);
      resolve(ok);
    };
    child.once('error', (error) => {
      writeSync(out, `${program} cannot be started: ${error.message}\n`);
      done(false);
    });
    child.once('close', (code) => done(code === 0));
  });
}
