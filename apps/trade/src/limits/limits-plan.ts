import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { risk, type ServiceClients } from '@trading/contracts';
import { UNSET_LIMITS } from '@trading/trading-risk';
import { CliError } from '../cli/cli-error';
import type { WantedLimits } from './accounts-file';

/** One limit that is to be another. */
export interface Change {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** What is to be done to one account, against the limits of this version. */
export interface AccountPlan {
  readonly accountId: string;
  readonly preset: string;
  readonly version: number;
  readonly changes: readonly Change[];
  readonly limits: risk.Limits;
}

/** Compares what is wanted with what risk-manager has. */
export async function planLimits(clients: ServiceClients, wanted: readonly WantedLimits[]): Promise<AccountPlan[]> {
  const known = new Set(
    (await clients.riskManager.getTradingState({ accountId: '' })).accounts.map((a) => a.accountId),
  );
  const missing = wanted.filter(({ accountId }) => !known.has(accountId)).map(({ accountId }) => accountId);
  if (missing.length > 0)
    throw new CliError(`risk-manager knows no account ${missing.join(', ')}; a terminal has to connect first.`, 2);
  return Promise.all(
    wanted.map(async ({ accountId, preset, limits: after }) => {
      const before = await clients.riskManager.getLimits({ accountId });
      const limits = risk.Limits.fromPartial({
        ...after,
        ...{ accountId, version: before.version },
        lossLimits: [...after.lossLimits],
        blockedSessions: [...after.blockedSessions],
        newsBlackouts: after.newsBlackouts.map((news) => ({ ...news, currencies: [...news.currencies] })),
      });
      return { accountId, preset, version: before.version, changes: changesOf(before, limits), limits };
    }),
  );
}

/** The limits that differ, a loss limit by its name. */
export function changesOf(before: risk.Limits, after: risk.Limits): Change[] {
  const [was, will] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...was.keys(), ...will.keys()])]
    .map((field) => ({ field, before: was.get(field) ?? '', after: will.get(field) ?? '' }))
    .filter((change) => change.before !== change.after);
}

/** Every limit that is set, as people read it. */
export function fieldsOf(limits: risk.Limits): Map<string, string> {
  const fields = new Map<string, string>();
  for (const name of Object.keys(UNSET_LIMITS) as (keyof typeof UNSET_LIMITS)[]) {
    if (name === 'lossLimits' || name === 'newsBlackouts') continue;
    const value = limits[name];
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    if (text !== '' && text !== '0' && text !== 'false') fields.set(name, text);
  }
  for (const rule of limits.lossLimits) fields.set(`lossLimits.${rule.name}`, ruleWords(rule));
  for (const { name, fromUs, toUs, currencies } of limits.newsBlackouts) {
    const whose = currencies.length === 0 ? 'all' : currencies.join(' ');
    fields.set(`newsBlackouts.${name}`, `${whose} ${iso(fromUs)} to ${iso(toUs)}`);
  }
  return fields;
}

function ruleWords(rule: risk.LossLimit): string {
  const { anchor, base, limit, floorAtMost, resetTime, resetZone, buffer, action } = rule;
  const resets = resetTime === '' && resetZone === '' ? '' : `, reset ${resetTime || '00:00'} ${resetZone || 'UTC'}`;
  const end = floorAtMost === '' ? '' : `, floor at most ${floorAtMost}`;
  return `${limit} below ${anchor} ${base}${end}${resets}${buffer === '' ? '' : `, buffer ${buffer}`}: ${action}`;
}

function iso(timeUs: number): string {
  return new Date(timeUs / 1000).toISOString().replace('.000Z', 'Z');
}

interface StoredPlan {
  readonly digest: string;
  readonly versions: Readonly<Record<string, number>>;
}

const planFile = (dataDir: string): string => join(dataDir, 'limits-plan.json');

/** Which limits a plan was made of, and against which. */
export function keepPlan(dataDir: string, plans: readonly AccountPlan[]): void {
  const versions = Object.fromEntries(plans.map(({ accountId, version }) => [accountId, version]));
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(planFile(dataDir), JSON.stringify({ digest: digestOf(plans), versions } satisfies StoredPlan));
}

/** @throws CliError when these limits were not planned, or somebody has changed those that they were planned against */
export function requirePlanned(dataDir: string, plans: readonly AccountPlan[]): void {
  let plan: StoredPlan;
  try {
    plan = JSON.parse(readFileSync(planFile(dataDir), 'utf8')) as StoredPlan;
  } catch {
    throw new CliError('Nothing is planned: look at ./trade limits plan FILE first.', 2);
  }
  const moved = plans.filter(({ accountId, version }) => plan.versions[accountId] !== version);
  if (moved.length > 0) {
    const words = moved.map(({ accountId, version }) => `${accountId} (now version ${version})`).join(', ');
    throw new CliError(`The limits of ${words} have changed since the plan: plan again.`, 2);
  }
  if (plan.digest !== digestOf(plans))
    throw new CliError('The file holds other limits than were planned: plan again.', 2);
}

export function forgetPlan(dataDir: string): void {
  rmSync(planFile(dataDir), { force: true });
}

function digestOf(plans: readonly AccountPlan[]): string {
  const wanted = plans.map(({ limits }) => risk.Limits.toJSON({ ...limits, version: 0 }));
  return createHash('sha256').update(JSON.stringify(wanted)).digest('hex');
}
