import { accessSync, constants, existsSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { TOOLS, type Tool, type ToolName } from './tools';

export type { ToolName } from './tools';

/** A program that a check needs is not there, and could not be installed. */
export class ToolMissing extends Error {
  constructor(
    readonly tool: ToolName,
    readonly reason: string,
  ) {
    super(`${tool} is not there: ${reason}`);
  }
}

/** Where installed tools are kept: `TRADING_TOOLS`, else a folder of the user's cache. */
export function toolsFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env['TRADING_TOOLS'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'trading-tools');
}

/**
 * The path of a program: what its variable names, else PATH, else what was installed here before.
 * @returns undefined where it is nowhere
 */
export function findTool(name: ToolName, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const tool: Tool = TOOLS[name];
  const told = tool.variable === undefined ? undefined : env[tool.variable];
  if (told !== undefined && told !== '') {
    const path = tool.inFolder === true ? join(told, name) : told;
    if (!isProgram(path)) throw new ToolMissing(name, `${tool.variable} says ${path}, which cannot be run.`);
    return path;
  }
  const inPath = tool.pinned === true ? undefined : findInPath(name, env);
  const installed = join(folderOf(name, env), tool.program);
  return inPath ?? (isProgram(installed) ? installed : undefined);
}

/** The path of a program, which is installed when it is nowhere. Throws {@link ToolMissing}. */
export function needTool(name: ToolName, env: NodeJS.ProcessEnv = process.env): string {
  const found = findTool(name, env);
  if (found !== undefined) return found;
  const tool: Tool = TOOLS[name];
  if (tool.install === undefined) {
    throw new ToolMissing(name, `No package registry has it. Set ${tool.variable ?? 'PATH'}.`);
  }
  const folder = folderOf(name, env);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    tool.install(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new ToolMissing(name, `It could not be installed: ${error instanceof Error ? error.message : String(error)}`);
  }
  const path = findTool(name, env);
  if (path === undefined) throw new ToolMissing(name, `Its package left no ${join(folder, tool.program)}.`);
  return path;
}

/** A folder by version: another version is another folder, and nothing of the old one is mixed in. */
function folderOf(name: ToolName, env: NodeJS.ProcessEnv): string {
  const tool: Tool = TOOLS[name];
  return join(toolsFolder(env), `${tool.package ?? name}-${tool.version}`);
}

function findInPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
