import type { common } from '@trading/contracts';
import { table } from '../cli/table';
import { durationWords } from '../cli/words';

const STATIONS: readonly (readonly [keyof common.Hops, string])[] = [
  ['tickReceivedUs', 'tick received'],
  ['predictedUs', 'predicted'],
  ['decidedUs', 'decided'],
  ['decisionCommittedUs', 'decision committed'],
  ['riskCheckedUs', 'risk checked'],
  ['orderCommittedUs', 'order committed'],
  ['gatewaySentUs', 'sent to the terminal'],
  ['terminalAckedUs', 'terminal answered'],
];

/** The stations that were reached, each with the time since the one before and since the tick. */
export function tellHops(hops: common.Hops): string[] {
  const reached = STATIONS.map(([key, name]) => ({ name, us: hops[key] })).filter(({ us }) => us > 0);
  const [first] = reached;
  if (first === undefined) return ['none were taken'];
  const rows = reached.map(({ name, us }, i) => {
    const before = reached[i - 1];
    return before === undefined
      ? [name, new Date(us / 1000).toISOString(), '']
      : [name, `+${durationWords(us - before.us)}`, `${durationWords(us - first.us)} in all`];
  });
  return table(rows).split('\n');
}
