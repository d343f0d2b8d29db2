import type { risk } from '@trading/contracts';
import { LIMIT_PRESETS } from '@trading/trading-risk';
import { table } from '../cli/table';
import { enumWord, timeWords } from '../cli/words';
import { fieldsOf, type AccountPlan } from './limits-plan';

/** Where an account stands and what its limits are. */
export function standingWords(limits: risk.Limits, standing: risk.AccountRisk | undefined): string {
  const lines = [
    `${limits.accountId}: limits of version ${limits.version}${limits.version === 0 ? ' (the default)' : ''}`,
  ];
  lines.push(indent(table([...fieldsOf(limits)].map(([field, value]) => [field, value]))));
  if (standing === undefined) return lines.join('\n');
  const { equity, worstCaseEquity, anchors, reservations, positionLots } = standing;
  const held = Object.entries(positionLots).map(([symbol, lots]) => `${lots} ${symbol}`);
  const reserved = reservations.map(({ lots, side, symbol }) => `${enumWord('SIDE', side)} ${lots} ${symbol}`);
  const rows = [
    ['state', enumWord('TRADING_STATE', standing.state)],
    ['equity', equity === '' ? 'not reported yet' : equity],
    ['worst case', worstCaseEquity === '' ? 'not known' : worstCaseEquity],
    ['open', held.length === 0 ? 'nothing' : held.join(', ')],
    ['reserved', reserved.length === 0 ? 'nothing' : reserved.join(', ')],
    ...anchors.map(({ name, value, floor, resetsUs }) => [
      name,
      `floor ${floor}, anchored at ${value}${resetsUs === 0 ? '' : `, resets ${timeWords(resetsUs)}`}`,
    ]),
  ];
  return [...lines, 'Where it stands', indent(table(rows))].join('\n');
}

export function planWords(plans: readonly AccountPlan[]): string {
  return plans
    .map(({ accountId, preset, version, changes }) => {
      const from = preset === '' ? '' : `, preset ${preset}`;
      const head = `${accountId} (version ${version}${from})`;
      if (changes.length === 0) return `${head}: nothing changes.`;
      const rows = changes.map(({ field, before, after }) => [field, wordOf(before), '→', wordOf(after)]);
      return `${head}\n${indent(table(rows))}`;
    })
    .join('\n');
}

export function auditWords(entries: readonly risk.AuditEntry[]): string {
  if (entries.length === 0) return 'Nobody has changed anything.';
  const rows = entries.map(({ timeUs, accountId, changedBy, what, reason, before, after }) => [
    ...[timeWords(timeUs), accountId, changedBy, what],
    what === 'state' ? `${wordOf(before)} → ${wordOf(after)}` : '',
    reason,
  ]);
  return table(rows);
}

export function presetWords(): string {
  return LIMIT_PRESETS.map(({ name, rule, source, checked }) =>
    [name, `  ${rule}`, `  ${checked === '' ? 'Not verified' : `Checked on ${checked}`}: ${source}`].join('\n'),
  ).join('\n');
}

const wordOf = (text: string): string => (text === '' ? '-' : text);

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
