import type { execution } from '@trading/contracts';
import { type Command, SYSTEM_OPTIONS } from '../cli/command';
import { table } from '../cli/table';
import { timeWords } from '../cli/words';

export const positionsCommand: Command = {
  name: 'positions',
  usage: '[ACCOUNT]',
  summary: 'List open positions, as booked',
  about: 'The first column names the position for ./trade order close and ./trade order modify --position.',
  options: SYSTEM_OPTIONS,
  maxPositionals: 1,
  run: async (context) => {
    const { console, options, positionals } = context;
    const system = await context.connect(context);
    try {
      const { positions } = await system.clients.execution.listPositions({ accountId: positionals[0] ?? '' });
      const text = positions.length === 0 ? 'No open positions.' : positionsWords(positions);
      console.out(options.flag('json') ? JSON.stringify(positions) : text);
      return 0;
    } finally {
      system.close();
    }
  },
};

function positionsWords(positions: readonly execution.Position[]): string {
  const head = ['position', 'account', 'symbol', 'lots', 'price', 'stop loss', 'take profit', 'open result', 'since'];
  const rows = positions.map((p) => [
    p.positionId,
    p.accountId,
    p.symbol,
    p.volumeLots,
    p.averagePrice,
    p.stopLoss === '' ? '-' : p.stopLoss,
    p.takeProfit === '' ? '-' : p.takeProfit,
    p.unrealised,
    timeWords(p.openedUs),
  ]);
  return table([head, ...rows], [3, 4, 5, 6, 7]);
}
