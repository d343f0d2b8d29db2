import type { CrashPointName } from './crash-points';
import { CrashSwitch } from './crash-switch';

const asked = process.env['CRASH_AT'];
const armed =
  asked === undefined || asked === '' ? undefined : CrashSwitch.of(asked, () => process.kill(process.pid, 'SIGKILL'));

/**
 * Ends this process with SIGKILL when CRASH_AT is `name`, or `name:n` and this is the n-th pass; else nothing. Read once,
 * when the program loads.
 */
export function crashPoint(name: CrashPointName): void {
  armed?.pass(name);
}
