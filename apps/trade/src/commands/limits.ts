import { resolve } from 'node:path';
import { LIMIT_PRESETS } from '@trading/trading-risk';
import { CliError, UsageError } from '../cli/cli-error';
import { type Command, type CommandContext, SYSTEM_OPTIONS } from '../cli/command';
import { readAccountsFile } from '../limits/accounts-file';
import { forgetPlan, keepPlan, planLimits, requirePlanned, type AccountPlan } from '../limits/limits-plan';
import { auditWords, planWords, presetWords, standingWords } from '../limits/limits-words';
import { accountChoice, chosenAccounts } from '../system/accounts';
import { dataDirOf, type System } from '../system/system';

const USAGE = 'show [ACCOUNT] | plan FILE | apply FILE [--reason TEXT] [--yes] | audit [ACCOUNT] | presets';

/** Looks at limits, and changes them by a file: planned first, applied only as planned. */
export const limitsCommand: Command = {
  name: 'limits',
  usage: USAGE,
  summary: 'Show the limits of accounts, and plan and apply changes from a file',
  about: [
    'FILE is YAML or JSON: `accounts: {ID: {preset: two-step-static, maxOrderLots: 2}}`. What an',
    'account does not name is the preset’s, else what every account wants. plan prints what would change and keeps the',
    'plan in the data folder; apply changes exactly that, audited, unless somebody has changed the limits since. Needs the',
    "operator's token to apply. presets lists rules of common programmes: compare them with the contract of the account.",
  ].join('\n'),
  options: {
    reason: { type: 'string', value: 'TEXT', about: 'Kept in the audit' },
    yes: { type: 'boolean', about: 'Do not ask' },
    ...SYSTEM_OPTIONS,
  },
  maxPositionals: 2,
  run: async (context) => {
    const [verb, ...rest] = context.positionals;
    switch (verb) {
      case 'show':
        return withSystem(context, false, (system) => show({ ...context, positionals: rest }, system));
      case 'plan':
      case 'apply': {
        const [file] = rest;
        if (file === undefined) throw new UsageError(`Usage: ./trade limits ${verb} FILE`);
        const wanted = readAccountsFile(resolve(context.cwd, file));
        return withSystem(context, verb === 'apply', async (system) => {
          const plans = await planLimits(system.clients, wanted);
          return verb === 'plan' ? plan(context, plans) : apply(context, system, plans);
        });
      }
      case 'audit':
        return withSystem(context, false, async ({ clients }) => {
          const { entries } = await clients.riskManager.listAudit({ accountId: rest[0] ?? '', limit: 0 });
          return answer(context, entries, auditWords(entries));
        });
      case 'presets':
        return answer(context, LIMIT_PRESETS, presetWords());
      default:
        throw new UsageError(`Usage: ./trade limits ${USAGE}`);
    }
  },
};

async function show(context: CommandContext, system: System): Promise<number> {
  const accounts = await chosenAccounts(accountChoice(context), system);
  const { riskManager } = system.clients;
  const found = await Promise.all(
    accounts.map(async (accountId) => ({
      limits: await riskManager.getLimits({ accountId }),
      standing: await riskManager.getAccountRisk({ accountId }),
    })),
  );
  return answer(context, found, found.map(({ limits, standing }) => standingWords(limits, standing)).join('\n'));
}

function plan(context: CommandContext, plans: readonly AccountPlan[]): number {
  keepPlan(dataDirOf(context), plans);
  return answer(context, plans, planWords(plans));
}

async function apply(context: CommandContext, system: System, plans: readonly AccountPlan[]): Promise<number> {
  const { console, options } = context;
  const dataDir = dataDirOf(context);
  requirePlanned(dataDir, plans);
  const changing = plans.filter(({ changes }) => changes.length > 0);
  if (changing.length > 0 && console.isInteractive && !options.flag('yes')) {
    console.err(planWords(plans));
    const said = await console.ask(`Change the limits of ${changing.map((p) => p.accountId).join(', ')}? [y/N] `);
    if (!/^y(es)?$/i.test(said.trim())) throw new CliError('Nothing was changed.');
  }
  const reason = options.text('reason') ?? 'applied from a file';
  const applied: { accountId: string; version: number }[] = [];
  for (const { limits } of changing) {
    const { accountId, version } = await system.clients.riskManager.setLimits({ limits, reason });
    applied.push({ accountId, version });
  }
  forgetPlan(dataDir);
  const words = applied.map(({ accountId, version }) => `${accountId} has limits of version ${version}.`);
  return answer(context, applied, words.length === 0 ? 'Nothing changes.' : words.join('\n'));
}

function answer({ console, options }: CommandContext, json: unknown, words: string): number {
  console.out(options.flag('json') ? JSON.stringify(json) : words);
  return 0;
}

async function withSystem(
  context: CommandContext,
  asOperator: boolean,
  work: (system: System) => number | Promise<number>,
): Promise<number> {
  const system = await context.connect({ ...context, asOperator });
  try {
    return await work(system);
  } finally {
    system.close();
  }
}
