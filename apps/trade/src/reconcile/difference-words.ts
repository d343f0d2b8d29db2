import type { execution } from '@trading/contracts';
import { count, enumWord, timeWords } from '../cli/words';

/** One difference: what it is about, both sides in numbers, and what was done about it. */
export function differenceWords(difference: execution.Difference): string {
  const { differenceId, accountId, kind, subject, symbol, ours, theirs, message, status, candidates } = difference;
  const about = [symbol, subject === symbol ? '' : subject].filter((word) => word !== '').join(' ');
  return [
    `${differenceId}  ${enumWord('DIFFERENCE_STATUS', status)}  ${enumWord('DIFFERENCE_KIND', kind)}  ${accountId}${about === '' ? '' : `  ${about}`}`,
    `  ${message}`,
    `  books:  ${ours === '' ? 'nothing' : ours}`,
    ...(candidates.length > 1 ? candidateWords(difference) : [`  broker: ${theirs === '' ? 'nothing' : theirs}`]),
    `  found ${timeWords(difference.foundUs)}${resolvedWords(difference)}`,
  ].join('\n');
}

/** What an order may be, one line each. */
function candidateWords({ differenceId, candidates }: execution.Difference): string[] {
  const width = Math.max(...candidates.map(({ ticket }) => ticket.length));
  return [
    `  broker: one of these, or none; ./trade adopt ${differenceId} --ticket N`,
    ...candidates.map(
      ({ ticket, words, timeUs }) =>
        `    ${ticket.padEnd(width)}  ${words}${timeUs === 0 ? '' : `, ${timeWords(timeUs)}`}`,
    ),
  ];
}

function resolvedWords({ resolvedUs, resolvedBy, reason }: execution.Difference): string {
  if (resolvedUs === 0) return '';
  return `, resolved ${timeWords(resolvedUs)} by ${resolvedBy}${reason === '' ? '' : `: ${reason}`}`;
}

export function reconciliationWords(each: execution.Reconciliation): string {
  const { accountId, complete, differences, settled, bookedEvents, message } = each;
  const head = !complete
    ? `${accountId} could not be compared with its broker.`
    : differences.length === 0
      ? `${accountId}: ${message === '' ? 'books and broker say the same' : 'no open differences'}.`
      : `${accountId}: ${count(differences.length, 'difference')}. Resolve each with ./trade adopt ID or ./trade dismiss ID.`;
  return [
    head,
    ...(message === '' ? [] : [`  ${message}`]),
    ...(bookedEvents === 0
      ? []
      : [`  booked: ${count(bookedEvents, 'event')} that the broker's history had and the books had not`]),
    ...(settled.length === 0 ? [] : [`  outcome known now: ${settled.join(', ')}`]),
    ...differences.map((difference) => differenceWords(difference).replaceAll(/^/gm, '  ')),
  ].join('\n');
}
