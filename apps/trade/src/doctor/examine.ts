import { type Environment } from '@trading/platform-config';
import { isAlive, readEndpoints } from '../system/endpoints';
import type { Finding } from './check';
import { checkDataFolder, checkDiskSpace, checkOutside } from './check-folders';
import { checkPorts } from './check-ports';
import { checkPostgresPackage, checkPostgresRuns, checkPostgresUser } from './check-postgres';
import {
  checkBuild,
  checkGit,
  checkInstalled,
  checkNode,
  checkNpm,
  checkOnnxRuntime,
  checkPlatform,
} from './check-programs';
import { ok } from './check';

export interface Machine {
  /** The workspace. */
  readonly root: string;
  readonly dataDir: string;
  readonly env: Environment;
  readonly isRoot: boolean;
}

/** Looks at everything that the system needs of this machine. */
export async function examine({ root, dataDir, env, isRoot }: Machine): Promise<Finding[]> {
  const endpoints = await readEndpoints(dataDir).catch(() => undefined);
  const ownPid = endpoints !== undefined && isAlive(endpoints.pid) ? endpoints.pid : undefined;
  const [npm, git, installed, onnx, ports] = await Promise.all([
    checkNpm(),
    checkGit(),
    checkInstalled(root),
    checkOnnxRuntime(),
    checkPorts(ownPid),
  ]);
  return [
    checkPlatform(process.platform, process.arch),
    checkNode(process.version),
    npm,
    installed,
    checkBuild(root),
    onnx,
    ...(env['DATABASE_URL'] ? [ok('PostgreSQL', 'your own, by DATABASE_URL')] : await examinePostgres(isRoot)),
    checkDataFolder(dataDir),
    checkDiskSpace(dataDir),
    ...ports,
    git,
  ];
}

/** The trial comes last: without package, user and folder it can only fail, and they say why. */
async function examinePostgres(isRoot: boolean): Promise<Finding[]> {
  const needed = [checkPostgresPackage(), ...(isRoot ? [checkPostgresUser(), checkOutside()] : [])];
  return needed.every(({ state }) => state === 'ok') ? [...needed, await checkPostgresRuns()] : needed;
}
