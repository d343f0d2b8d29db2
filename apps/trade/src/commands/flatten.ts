import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { execution } from '@trading/contracts';
import { type Command, SYSTEM_OPTIONS } from '../cli/command';
import { enumWord } from '../cli/words';
import { flattenAccount, type FlattenOutcome, type Patience } from '../halt/flatten-account';
import { accountChoice, chosenAccounts } from '../system/accounts';
import { haltWords } from './halt';

/** Five seconds: a market order fills in far less, or waits for the market to open. */
const PATIENCE: Patience = { looks: 20, pause: () => sleep(250) };

export const flattenCommand: Command = {
  name: 'flatten',
  usage: '[ACCOUNT | --all] [--request-id ID] [--reason TEXT]',
  summary: 'Halt an account and close all its positions',
  about: [
    'Closes through execution; when execution or risk-manager is down, or refuses, through the gateway by what the',
    'terminal holds. Afterwards the terminal is asked what is left. The account stays halted: ./trade resume ends that.',
    'Repeating a request with its id closes nothing twice. Without an account, the only one there is.',
  ].join('\n'),
  options: {
    all: { type: 'boolean', about: 'All accounts' },
    'request-id': { type: 'string', value: 'ID', about: 'Of the request that is repeated (default: a new one)' },
    reason: { type: 'string', value: 'TEXT', about: 'Kept with the halt and the orders' },
    ...SYSTEM_OPTIONS,
  },
  maxPositionals: 1,
  run: async (context) => {
    const { console, options } = context;
    const choice = accountChoice(context);
    const system = await context.connect({ ...context, asOperator: true });
    try {
      const requestId = options.text('request-id') ?? `flatten-${randomUUID()}`;
      const reason = options.text('reason') ?? 'flattened by the operator';
      const accounts = await chosenAccounts(choice, system);
      const outcomes = await Promise.all(
        accounts.map((accountId) => flattenAccount(system.clients, { accountId, requestId, reason }, PATIENCE)),
      );
      if (options.flag('json')) console.out(JSON.stringify({ requestId, accounts: outcomes }));
      else console.out([...outcomes.map(flattenWords), `Request id: ${requestId}`].join('\n'));
      return outcomes.every(isDone) ? 0 : 1;
    } finally {
      system.close();
    }
  },
};

/** The last door took the request and the broker, where it could be asked, holds nothing any more. */
function isDone({ doors, left }: FlattenOutcome): boolean {
  return doors.at(-1)?.ok === true && (left === undefined || left.length === 0);
}

export function flattenWords(outcome: FlattenOutcome): string {
  const { halt, doors, orders, gatewayCoids } = outcome;
  return [
    haltWords(halt),
    'Closing',
    ...doors.map(({ door, ok, message }) => `  ${door}: ${ok ? '' : 'FAILED: '}${message}`),
    ...orders.map((order) => `  ${orderWords(order)}`),
    ...gatewayCoids.map((coid) => `  ${coid}: sent to the terminal`),
    leftWords(outcome),
  ].join('\n');
}

function orderWords({ request, state, filledLots, averagePrice, message }: execution.Order): string {
  const what = `${request?.coid ?? ''}: ${enumWord('SIDE', request?.side ?? '')} ${request?.volumeLots ?? ''} ${request?.symbol ?? ''}`;
  const filled = Number(filledLots) > 0 ? `, ${filledLots} at ${averagePrice}` : '';
  return `${what} ${enumWord('ORDER_STATE', state)}${filled}${message === '' ? '' : ` (${message})`}`;
}

function leftWords({ accountId, doors, left, timeHasEnded }: FlattenOutcome): string {
  if (left === undefined)
    return `The terminal of ${accountId} cannot be asked what is left; ./trade status shows our books.`;
  if (left.length === 0) return `${accountId} holds no position any more.`;
  const each = left.map(({ symbol, side, volumeLots }) => `${enumWord('SIDE', side)} ${volumeLots} ${symbol}`);
  const then = timeHasEnded
    ? 'Its data has ended: simulated time stands still, and no order fills without a further quote.'
    : `${doors.some(({ door, ok }) => door === 'execution' && ok) ? 'Execution goes on until it is flat. ' : ''}Repeat with the request id below, or close it in the terminal.`;
  return `${accountId} still holds ${each.join(', ')}. ${then}`;
}
