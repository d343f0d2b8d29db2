import { resolve } from 'node:path';
import { CliError } from '../cli/cli-error';
import { type Endpoints, isAlive, readEndpoints } from './endpoints';

/** Where systems keep their data unless told otherwise: that of one process, and that of six. */
const USUAL = ['.data', '.data/dev'] as const;

/** The folders to look in: the one that was named, else the usual ones. */
export function dataFolders(named: string | undefined, cwd: string): readonly string[] {
  return (named === undefined ? USUAL : [named]).map((folder) => resolve(cwd, folder));
}

/**
 * The endpoints of the one system that runs on these folders.
 * @throws CliError when none does, or more than one
 */
export async function runningSystem(folders: readonly string[]): Promise<Endpoints> {
  const found = await Promise.all(folders.map(async (folder) => ({ folder, endpoints: await readEndpoints(folder) })));
  const running = found.flatMap(({ folder, endpoints }) =>
    endpoints !== undefined && isAlive(endpoints.pid) ? [{ folder, endpoints }] : [],
  );
  const [only, another] = running;
  if (only !== undefined && another !== undefined) {
    throw new CliError(
      `Two systems run here, on ${only.folder} and on ${another.folder}. Say which one you mean with --data-dir FOLDER.`,
      2,
    );
  }
  if (only !== undefined) return only.endpoints;
  const otherwise =
    'Start it with ./trade up or ./trade dev, or name the one you mean with --data-dir FOLDER or --grpc HOST:PORT.';
  const gone = found.find(({ endpoints }) => endpoints !== undefined);
  if (gone?.endpoints === undefined) {
    throw new CliError(`No system is running on ${folders[0] ?? ''}: it holds no endpoints.json. ${otherwise}`);
  }
  const { pid, startedAt } = gone.endpoints;
  throw new CliError(
    `The system on ${gone.folder} is not running: its process ${pid}, started ${startedAt}, is gone. ${otherwise}`,
  );
}

/** The first of the systems on these folders that has this address, else the first there is; never fails. */
export async function systemAt(
  folders: readonly string[],
  hasAddress: (endpoints: Endpoints) => boolean,
): Promise<Endpoints | undefined> {
  const found = await Promise.all(folders.map((folder) => readEndpoints(folder).catch(() => undefined)));
  return found.find((each) => each !== undefined && hasAddress(each)) ?? found.find((each) => each !== undefined);
}
