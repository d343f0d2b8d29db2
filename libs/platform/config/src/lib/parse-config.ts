import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { ConfigError, type ConfigProblem } from './config-error';
import { schemaFields, type SchemaField } from './schema-fields';

/** `process.env`, or a table that stands for it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a zod object's variables from the environment. An empty variable counts as unset, other variables are ignored,
 * and a secret or a JSON value may come from a file: `X_FILE=/run/secrets/x`.
 *
 * @throws {ConfigError} naming every bad variable and what was expected, never a value
 */
export function parseConfig<T>(schema: z.ZodType<T>, env: Environment): T {
  const problems: ConfigProblem[] = [];
  const input: Record<string, string> = {};
  const fields = schemaFields(schema);
  for (const { name, mayBeFile } of fields) {
    const fromFile = mayBeFile ? readValueFile(name, env, problems) : undefined;
    const value = fromFile ?? (env[name] === '' ? undefined : env[name]);
    if (value !== undefined) {
      input[name] = value;
    }
  }
  // Zod's messages speak of types and allowed values; the input is asked for only by our own custom messages.
  const parsed = schema.safeParse(input);
  const hasProblem = (name: string): boolean => problems.some((problem) => problem.name === name);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0] ?? '(all)');
    if (hasProblem(name)) continue;
    // A rule over several variables may miss one that is optional by itself, and then says why.
    const isExplained = name in input || name === '(all)' || issue.code === 'custom';
    problems.push({ name, expected: isExplained ? sentence(issue.message) : required(fields, name) });
  }
  if (problems.length > 0 || !parsed.success) {
    throw new ConfigError(problems);
  }
  return parsed.data;
}

function required(fields: readonly SchemaField[], name: string): string {
  const description = fields.find((field) => field.name === name)?.description ?? '';
  return description === '' ? 'is required' : `is required. ${description}`;
}

function readValueFile(name: string, env: Environment, problems: ConfigProblem[]): string | undefined {
  const path = env[`${name}_FILE`];
  if (path === undefined || path === '') {
    return undefined;
  }
  if (env[name] !== undefined && env[name] !== '') {
    problems.push({ name, expected: `set either ${name} or ${name}_FILE, not both` });
    return undefined;
  }
  try {
    return readFileSync(path, 'utf8').replace(/[\r\n]+$/, '');
  } catch {
    problems.push({ name, expected: `the file that ${name}_FILE names must be readable` });
    return undefined;
  }
}

function sentence(message: string): string {
  return message.replace(/^Invalid (?:input|option|string): /, '');
}
