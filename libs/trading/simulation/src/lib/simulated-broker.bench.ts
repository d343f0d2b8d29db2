import { standardInstrument } from '@trading/trading-market';
import { SimulatedBroker } from './simulated-broker';

/** Time of a quote with nothing to do, and with a position and stops beside it. */
const ROUNDS = 5_000_000;

function broker(): SimulatedBroker {
  return new SimulatedBroker({
    currency: 'USD',
    leverage: 30,
    deposit: '10000',
    instruments: [standardInstrument('EURUSD')],
    costs: { commissionPerLot: '0' },
    slippagePoints: 0,
    latencyUs: 0,
  });
}

function holding(): SimulatedBroker {
  const held = broker();
  const order = { coid: 'c', symbol: 'EURUSD', side: 'BUY', type: 'MARKET', volumeLots: '0.1', fillings: [] } as const;
  held.submit({ ...order, stopLoss: '1.1', takeProfit: '1.5', reduceOnly: false, magic: '', tag: '' }, 0);
  held.onTick('EURUSD', 0, 1.3, 1.3001);
  return held;
}

function nsPerQuote(target: SimulatedBroker): number {
  const started = process.hrtime.bigint();
  for (let i = 0; i < ROUNDS; i += 1) {
    const bid = 1.3 + (i & 63) / 100_000;
    target.onTick('EURUSD', i, bid, bid + 0.0001);
  }
  return Number(process.hrtime.bigint() - started) / ROUNDS;
}

nsPerQuote(broker());
process.stdout.write(
  `${JSON.stringify({ nsPerIdleQuote: nsPerQuote(broker()), nsPerQuoteWithStops: nsPerQuote(holding()) })}\n`,
);
