import { readFileSync } from 'node:fs';
import {
  BASE_LIMITS,
  invalidLimits,
  LIMIT_PRESETS,
  UNSET_LIMITS,
  type LossLimit,
  type NewsBlackout,
  type RiskLimits,
} from '@trading/trading-risk';
import { parse as parseYaml } from 'yaml';
import { UsageError } from '../cli/cli-error';

/** The limits that a file wants an account to have. */
export interface WantedLimits {
  readonly accountId: string;
  /** Empty: none. */
  readonly preset: string;
  readonly limits: RiskLimits;
}

type Json = Readonly<Record<string, unknown>>;

const LOSS_RULE: LossLimit = {
  ...{ name: '', anchor: 'initial', base: 'balance', measure: 'equity', limit: '' },
  ...{ resetTime: '', resetZone: '', buffer: '', action: 'halt' },
};

/**
 * Reads a YAML (or JSON) file of `accounts: {ID: {preset: …, …overrides}}`. What an account does not name is the preset's, else what
 * every account wants.
 * @throws UsageError with every problem of the file
 */
export function readAccountsFile(file: string): WantedLimits[] {
  return wantedLimits(parse(file, contentOf(file)), file);
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function parse(file: string, text: string): unknown {
  try {
    return parseYaml(text) as unknown;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file} is not YAML: ${why}`);
  }
}

/** @throws UsageError with every problem */
export function wantedLimits(content: unknown, file: string): WantedLimits[] {
  const accounts = isObject(content) ? content['accounts'] : undefined;
  if (!isObject(accounts) || Object.keys(accounts).length === 0)
    throw new UsageError(`${file} names no accounts: expected "accounts", and in it each by its id.`);
  const problems: string[] = [];
  const wanted = Object.entries(accounts).map(([accountId, given]) => {
    const said = (problem: string): void => void problems.push(`${accountId}: ${problem}`);
    const limits = isObject(given) ? limitsOf(given, said) : UNSET_LIMITS;
    if (!isObject(given)) said('expected an object of limits.');
    else invalidLimits(limits).forEach(said);
    const preset = isObject(given) && typeof given['preset'] === 'string' ? given['preset'] : '';
    return { accountId, preset, limits };
  });
  if (problems.length > 0) throw new UsageError(`${file} cannot be applied.\n  ${problems.join('\n  ')}`);
  return wanted;
}

function limitsOf(given: Json, said: (problem: string) => void): RiskLimits {
  const { preset: name, ...overrides } = given;
  const preset = LIMIT_PRESETS.find((each) => each.name === name);
  if (name !== undefined && preset === undefined) {
    const known = LIMIT_PRESETS.map((each) => each.name).join(', ');
    said(`there is no preset ${JSON.stringify(name)}; there are: ${known}.`);
  }
  const limits: Record<string, unknown> = { ...(preset?.limits ?? BASE_LIMITS) };
  for (const [field, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(UNSET_LIMITS, field)) {
      said(`there is no limit ${field}.`);
      continue;
    }
    const taken = valueOf(field as keyof RiskLimits, value);
    if (taken === undefined) said(`${field}: expected ${expectedOf(field as keyof RiskLimits)}.`);
    else limits[field] = taken;
  }
  // Every field is one of RiskLimits and of its kind.
  return limits as unknown as RiskLimits;
}

/** The value of a limit as it was written; undefined when it is of another kind. */
function valueOf(field: keyof RiskLimits, value: unknown): unknown {
  if (field === 'lossLimits') return arrayOf(value, lossLimitOf);
  if (field === 'newsBlackouts') return arrayOf(value, blackoutOf);
  if (field === 'blockedSessions') return arrayOf(value, (item) => (typeof item === 'string' ? item : undefined));
  // A number is meant where a decimal is written without quotes.
  if (typeof UNSET_LIMITS[field] === 'string' && typeof value === 'number') return String(value);
  return typeof value === typeof UNSET_LIMITS[field] ? value : undefined;
}

function expectedOf(field: keyof RiskLimits): string {
  if (field === 'lossLimits') return `a list of rules such as {"name", "anchor", "base", "limit", "action"}`;
  if (field === 'newsBlackouts')
    return `a list such as {"name", "from", "to", "currencies"}, with times like 2026-06-10T12:25Z`;
  if (field === 'blockedSessions') return 'a list of weekly times';
  const kind = typeof UNSET_LIMITS[field];
  return kind === 'string' ? 'text' : `a ${kind}`;
}

function lossLimitOf(item: unknown): LossLimit | undefined {
  if (!isObject(item)) return undefined;
  const isKnown = Object.entries(item).every(
    ([key, value]) => (Object.hasOwn(LOSS_RULE, key) || key === 'floorAtMost') && typeof value === 'string',
  );
  // What its words mean is checked with the other limits.
  return isKnown ? { ...LOSS_RULE, ...(item as Partial<LossLimit>) } : undefined;
}

function blackoutOf(item: unknown): NewsBlackout | undefined {
  if (!isObject(item)) return undefined;
  const { name, from, to, currencies = [], ...others } = item;
  const [fromUs, toUs] = [timeOf(from), timeOf(to)];
  const listed = arrayOf(currencies, (currency) => (typeof currency === 'string' ? currency : undefined));
  const isWhole = typeof name === 'string' && fromUs !== undefined && toUs !== undefined && listed !== undefined;
  return isWhole && Object.keys(others).length === 0 ? { name, fromUs, toUs, currencies: listed } : undefined;
}

/** A time with its zone; a local one would mean something else on every machine. */
function timeOf(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms * 1000;
}

function arrayOf<T>(value: unknown, itemOf: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.map(itemOf).filter((item) => item !== undefined);
  return items.length === value.length ? items : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
