import { randomUUID } from 'node:crypto';
import { UsageError } from '../cli/cli-error';
import { type Command, type CommandContext, SYSTEM_OPTIONS } from '../cli/command';
import { ORDER_OPTIONS } from '../order/order-options';
import {
  closeRequest,
  modifyPositionRequest,
  modifyRequest,
  submitRequest,
  type OrderWish,
} from '../order/order-requests';
import { answerWords, isRefused, isRefusedChange } from '../order/order-words';
import { chosenAccounts } from '../system/accounts';
import type { System } from '../system/system';

const VERBS = ['submit', 'modify', 'cancel', 'close'];

export const orderCommand: Command = {
  name: 'order',
  usage: 'submit SYMBOL buy|sell LOTS | modify ORDER | modify --position ID | cancel ORDER | close POSITION',
  summary: "Submit, modify, cancel or close by the operator's hand",
  about: [
    'Goes through risk as every order does. Repeating a request with its id does nothing twice.',
    '  ./trade order submit EURUSD buy 0.10 --sl 1.0800 --tp 1.1000',
    '  ./trade order submit EURUSD sell 0.10 --type limit --price 1.0950 --tif DAY --oco breakout',
    '  ./trade order modify ORDER --price 1.0940, ./trade order modify --position EURUSD --sl none',
    '  ./trade order cancel ORDER, ./trade order close EURUSD --volume 0.05, ./trade order close 17 --by 18',
    'The exit code is 1 when it was denied or rejected, or when nobody knows what became of it.',
  ].join('\n'),
  options: { ...ORDER_OPTIONS, ...SYSTEM_OPTIONS },
  maxPositionals: 4,
  run: async (context) => {
    const { options, positionals } = context;
    const [verb, ...words] = positionals;
    if (verb === undefined || !VERBS.includes(verb))
      throw new UsageError(`Say one of ${VERBS.join(', ')} after order.`);
    const requestId = options.text('request-id') ?? `${verb}-${randomUUID()}`;
    const wish = { requestId, words, options };
    // What is said wrong is said before anything is asked.
    prepare(verb, { ...wish, accountId: '' });
    const system = await context.connect({ ...context, asOperator: true });
    try {
      const named = options.text('account');
      const choice =
        named === undefined ? ({ kind: 'unsaid' } as const) : ({ kind: 'named', accountId: named } as const);
      const [accountId = ''] = await chosenAccounts(choice, system);
      return await carryOut(context, system, verb, { ...wish, accountId });
    } finally {
      system.close();
    }
  },
};

function prepare(verb: string, wish: OrderWish): void {
  const positionId = wish.options.text('position');
  if (verb === 'submit') submitRequest(wish);
  else if (verb === 'close') closeRequest(wish);
  else if (verb === 'modify' && positionId !== undefined) modifyPositionRequest(wish, positionId);
  else if (verb === 'modify') modifyRequest(wish);
  else if (wish.words[0] === undefined) throw new UsageError('Say which order to cancel; ./trade orders lists them.');
}

async function carryOut(context: CommandContext, { clients }: System, verb: string, wish: OrderWish): Promise<number> {
  const { console, options } = context;
  const { accountId, requestId, words } = wish;
  const positionId = options.text('position');
  const repeat = `Request id: ${requestId}`;
  if (verb === 'modify' && positionId !== undefined) {
    const answer = await clients.execution.modifyPosition(modifyPositionRequest(wish, positionId));
    const refusal = [answer.code, answer.message].filter((word) => word !== '').join(': ');
    const text = answer.accepted ? `The terminal has it; ./trade positions shows the stops.` : `Refused: ${refusal}`;
    console.out(options.flag('json') ? JSON.stringify({ requestId, ...answer }) : `${text}\n${repeat}`);
    return answer.accepted ? 0 : 1;
  }
  const answer = await (async () => {
    switch (verb) {
      case 'submit':
        return clients.execution.submitOrder({ order: submitRequest(wish), asOfUs: 0, hops: undefined });
      case 'modify':
        return clients.execution.modifyOrder(modifyRequest(wish));
      case 'cancel':
        return clients.execution.cancelOrder({ accountId, coid: words[0] ?? '', requestId });
      default:
        return clients.execution.closePosition(closeRequest(wish));
    }
  })();
  console.out(options.flag('json') ? JSON.stringify({ requestId, ...answer }) : `${answerWords(answer)}\n${repeat}`);
  const isUnchanged =
    (verb === 'modify' && isRefusedChange(answer, modifyRequest(wish))) ||
    (verb === 'cancel' && isRefusedChange(answer, undefined));
  return isUnchanged || isRefused(answer) ? 1 : 0;
}
