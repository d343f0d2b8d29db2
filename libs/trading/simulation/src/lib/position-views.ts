import { Decimal } from '@trading/trading-market';
import type { BrokerFloor } from './broker-floor';
import type { BrokerPositionView } from './broker-views';

const ZERO = new Decimal(0);

/** Open positions, in the order in which they were first traded. */
export function positionViews({ books, cash }: BrokerFloor): BrokerPositionView[] {
  const open = cash.portfolio.positions();
  if (open.length === 0) return [];
  const profits = cash.unrealised();
  return open.flatMap((held): BrokerPositionView[] => {
    const { symbol, lots, averagePrice, openedUs } = held;
    const position = books.get(symbol)?.positions.find(({ key }) => key === (held.positionId ?? symbol));
    if (!position) return [];
    const { positionId, magic, tag, levels, swap, key, sign } = position;
    return [
      {
        positionId,
        magic,
        tag,
        symbol,
        side: sign < 0 ? 'SELL' : 'BUY',
        volumeLots: lots.abs(),
        openPrice: averagePrice,
        ...(levels.stopLoss && { stopLoss: levels.stopLoss }),
        ...(levels.takeProfit && { takeProfit: levels.takeProfit }),
        profit: profits.get(key) ?? ZERO,
        swap,
        openedUs,
      },
    ];
  });
}

/** 1 long, -1 short, 0 flat or unknown; of several positions that of their sum. */
export function positionSign({ books, cash }: BrokerFloor, symbol: string): -1 | 0 | 1 {
  const positions = books.get(symbol)?.positions ?? [];
  if (positions.length <= 1) return positions[0]?.sign ?? 0;
  const net = positions.reduce((sum, { key }) => sum.plus(cash.portfolio.position(key).lots), ZERO);
  return net.isZero() ? 0 : net.isPositive() ? 1 : -1;
}
