import { common, type execution } from '@trading/contracts';
import { UsageError } from '../cli/cli-error';
import { type Command, SYSTEM_OPTIONS } from '../cli/command';
import { table } from '../cli/table';
import { enumWord, timeWords } from '../cli/words';

const { SUBMITTED, ACCEPTED, PARTIALLY_FILLED, UNKNOWN } = common.OrderState;
const WORKING: readonly common.OrderState[] = [SUBMITTED, ACCEPTED, PARTIALLY_FILLED, UNKNOWN];
/** An order has a few events, so that the newest orders lie within so many times their number. */
const EVENTS_OF_AN_ORDER = 10;

export const ordersCommand: Command = {
  name: 'orders',
  usage: '[ACCOUNT] [--all] [--limit N]',
  summary: 'List working orders, or the newest of all',
  about: './trade explain ORDER tells the whole story of one.',
  options: {
    all: { type: 'boolean', about: 'Also those that have ended' },
    limit: { type: 'string', value: 'N', about: 'At most so many of an account, the newest (default 50)' },
    ...SYSTEM_OPTIONS,
  },
  maxPositionals: 1,
  run: async (context) => {
    const { console, options, positionals } = context;
    const limit = Number(options.text('limit') ?? 50);
    if (!Number.isInteger(limit) || limit < 1) throw new UsageError('--limit takes a number of orders, such as 50.');
    const system = await context.connect(context);
    try {
      const { execution: client } = system.clients;
      const wanted = positionals[0];
      const { accounts } = await client.listAccounts({});
      const chosen = accounts.filter(({ accountId }) => wanted === undefined || accountId === wanted);
      if (wanted !== undefined && chosen.length === 0) throw new UsageError(`Execution knows no account ${wanted}.`);
      const states = options.flag('all') ? [] : [...WORKING];
      const lists = await Promise.all(
        chosen.map(async ({ accountId, lastSeq }) => {
          const afterSeq = options.flag('all') ? Math.max(0, lastSeq - limit * EVENTS_OF_AN_ORDER) : 0;
          const { orders } = await client.listOrders({ accountId, states, limit: 0, afterSeq });
          return orders.slice(-limit);
        }),
      );
      const orders = lists.flat();
      const none = options.flag('all') ? 'No orders.' : 'No working orders.';
      console.out(options.flag('json') ? JSON.stringify(orders) : orders.length === 0 ? none : ordersWords(orders));
      return 0;
    } finally {
      system.close();
    }
  },
};

function ordersWords(orders: readonly execution.Order[]): string {
  const head = ['order', 'account', 'what', 'state', 'filled', 'ticket', 'last change', ''];
  return table([head, ...orders.map(rowOf)], [4]);
}

function rowOf({
  request,
  state,
  filledLots,
  brokerTicket,
  updatedUs,
  code,
  ambiguous,
  pendingCommand,
}: execution.Order) {
  const { side = '', volumeLots = '', symbol = '', type = '', price = '' } = request ?? {};
  const typeWord = enumWord('ORDER_TYPE', type);
  const what = `${enumWord('SIDE', side)} ${volumeLots} ${symbol} ${typeWord}${price === '' ? '' : ` at ${price}`}`;
  const stateWord = `${enumWord('ORDER_STATE', state)}${ambiguous ? ' (AMBIGUOUS)' : ''}`;
  const more = [pendingCommand === '' ? '' : `${pendingCommand} on its way`, code].filter((word) => word !== '');
  const { coid = '', accountId = '' } = request ?? {};
  return [
    coid,
    accountId,
    what,
    stateWord,
    filledLots || '0',
    brokerTicket || '-',
    timeWords(updatedUs),
    more.join(', '),
  ];
}
