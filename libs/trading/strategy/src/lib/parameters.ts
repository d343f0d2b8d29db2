import type { StrategyDefinition } from './definition';

/** One number that a strategy's user may set. */
export interface ParameterSpec {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
  readonly description: string;
}

/** A parameter that the strategy does not have, or a value that it does not take. */
export class StrategyParameterError extends Error {
  readonly code = 'STRATEGY_PARAMETER';
  constructor(
    readonly strategy: string,
    readonly parameter: string,
    message: string,
    /** The parameter that was probably meant. */
    readonly suggestion?: string,
  ) {
    super(message);
  }
}

/**
 * Numbers from words such as `fast=20`, completed with the defaults.
 * Throws {@link StrategyParameterError} for an unknown parameter or a value out of range.
 */
export function parseParameters(
  definition: StrategyDefinition,
  pairs: Readonly<Record<string, string>>,
): Record<string, number> {
  const values = Object.fromEntries(Object.entries(definition.parameters).map(([name, spec]) => [name, spec.default]));
  for (const [name, text] of Object.entries(pairs)) {
    const spec = Object.hasOwn(definition.parameters, name) ? definition.parameters[name] : undefined;
    if (spec === undefined) throw unknownParameter(definition, name);
    values[name] = parseValue(definition, name, spec, text);
  }
  return definition.complete?.(values, new Set(Object.keys(pairs))) ?? values;
}

function parseValue(definition: StrategyDefinition, name: string, spec: ParameterSpec, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const allowed = `${spec.integer ? 'a whole number' : 'a number'} from ${spec.min} to ${spec.max}`;
  if (!Number.isFinite(value) || value < spec.min || value > spec.max || (spec.integer && !Number.isInteger(value))) {
    const message = `${definition.name} takes ${name} as ${allowed} (default ${spec.default}), not "${text}".`;
    throw new StrategyParameterError(definition.name, name, message);
  }
  return value;
}

function unknownParameter(definition: StrategyDefinition, name: string): StrategyParameterError {
  const known = Object.keys(definition.parameters);
  const suggestion = nearest(name, known);
  const ranges = known.map((key) => {
    const spec = definition.parameters[key];
    return spec === undefined ? key : `${key} (${spec.min} to ${spec.max})`;
  });
  const hint = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`;
  const message = `${definition.name} has no parameter "${name}".${hint} It takes ${ranges.join(', ')}.`;
  return new StrategyParameterError(definition.name, name, message, suggestion);
}

function nearest(word: string, words: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 2)) + 1;
  for (const candidate of words) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const substituted = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(substituted, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
