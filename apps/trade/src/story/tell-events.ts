import type { execution } from '@trading/contracts';
import { table } from '../cli/table';
import { enumWord, timeWords } from '../cli/words';
import { block } from './block';

/** Who or what made an event happen, by the first word of its cause. */
const CAUSES: Readonly<Record<string, string>> = {
  submit: 'us',
  sent: 'the way to the terminal',
  trade: 'the terminal',
  restart: 'a restart',
  query: 'asking the terminal',
  reconcile: 'the comparison with the broker',
  adopt: 'an operator',
  dismiss: 'an operator',
  modify: 'a change that was asked for',
  cancel: 'a cancel that was asked for',
  oco: 'a fill of its group',
};

/** The life of each order, event by event; crashes are what a restart made of it. */
export function tellEvents(events: readonly execution.OrderEvent[]): string[] {
  const orders = [...new Set(events.map(({ coid }) => coid))];
  return orders.map((coid) => {
    const rows = events.filter((event) => event.coid === coid).map(rowOf);
    return block(`What happened to ${coid}`, table(rows).split('\n'));
  });
}

function rowOf({ seq, timeUs, kind, cause, code, message, brokerTicket, fill }: execution.OrderEvent): string[] {
  const facts = [
    fill === undefined ? '' : `${fill.volumeLots} at ${fill.price}, deal ${fill.fillId}`,
    brokerTicket === '' ? '' : `ticket ${brokerTicket}`,
    [code, message].filter((word) => word !== '').join(': '),
  ].filter((word) => word !== '');
  const by = CAUSES[cause.split(':')[0] ?? ''] ?? cause;
  return [`#${seq}`, timeWords(timeUs), enumWord('ORDER_EVENT_KIND', kind), `by ${by}`, facts.join(', ')];
}
