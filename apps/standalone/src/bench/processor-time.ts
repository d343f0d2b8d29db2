import { readdirSync, readFileSync } from 'node:fs';

/** Linux reports times in hundredths of a second, whatever its clock does (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;

/** Processor time that a process has used so far, in seconds; NaN once it is gone. */
export function processorSeconds(pid: number): number {
  const [user, system] = fieldsOf(pid).slice(11, 13);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

/** What `/proc/<pid>/stat` says behind the name: state, parent and so on; nothing once the process is gone. */
function fieldsOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** Processor time that everything on this machine has used so far, in seconds. */
export function machineSeconds(): number {
  const [, ...times] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').trim().split(/\s+/);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = times.map(Number);
  return (user + nice + system + irq + softirq) / TICKS_PER_SECOND;
}

/** A process and those that it has started itself. */
export function withChildren(pid: number): number[] {
  const children = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && fieldsOf(Number(name))[1] === String(pid),
  );
  return [pid, ...children.map(Number)];
}

/**
 * Shares of one processor, in per cent, that processes take from now on, those of a name together; `others` is the rest
 * of the machine.
 */
export function watchProcessors(pids: Readonly<Record<string, readonly number[]>>): () => Record<string, number> {
  const fromMs = performance.now();
  const machine = machineSeconds();
  const before = Object.entries(pids).map(
    ([name, own]) => [name, own.map((pid) => [pid, processorSeconds(pid)] as const)] as const,
  );
  return () => {
    const seconds = (performance.now() - fromMs) / 1_000;
    const percent = (used: number): number => Math.round((100 * used) / seconds);
    const usedBy = (pid: number, then: number): number => Math.max(0, processorSeconds(pid) - then || 0);
    const used = before.map(
      ([name, own]) => [name, own.reduce((sum, [pid, then]) => sum + usedBy(pid, then), 0)] as const,
    );
    const known = used.reduce((sum, [, one]) => sum + one, 0);
    const shares = used.map(([name, one]) => [name, percent(one)] as const);
    return { ...Object.fromEntries(shares), others: percent(Math.max(0, machineSeconds() - machine - known)) };
  };
}
