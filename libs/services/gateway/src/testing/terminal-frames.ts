import type { terminal } from '@trading/contracts';
import { INSTRUMENT } from './scripted-terminal';

export const DEAL: terminal.TradeEventFrame = {
  deal: 'd1',
  order: 'o1',
  position: 'p1',
  coid: 'order-1',
  tag: 'Q1',
  magic: '7',
  symbol: INSTRUMENT.brokerSymbol,
  side: 'BUY',
  volume: '0.10',
  price: '1.10000',
  commission: '0.00',
  swap: '0.00',
  profit: '0.00',
  positionVolume: '0.10',
  reason: 'order',
  time: 900,
};

export const POSITION: terminal.SnapshotFrame['positions'][number] = {
  position: 'p1',
  symbol: INSTRUMENT.brokerSymbol,
  side: 'BUY',
  volume: '0.30',
  price: '1.10000',
  sl: '',
  tp: '',
  profit: '0.00',
  swap: '0.00',
  magic: '7',
  tag: 'Q1',
  opened: 1,
};

const ORDER = {
  order: 't1',
  coid: 'order-1',
  tag: 'Q1',
  magic: '7',
  symbol: INSTRUMENT.brokerSymbol,
  side: 'BUY',
  type: 'LIMIT',
  volume: '0.20',
  filled: '0.00',
  price: '1.05000',
  stopLimit: '',
  sl: '1.04000',
  tp: '',
  expires: 0,
} as const;

export const WORKING: terminal.SnapshotFrame['orders'][number] = { ...ORDER, placed: 3 };

export const ORDER_EVENT: terminal.OrderEventFrame = {
  ...ORDER,
  state: 'PLACED',
  reason: 'command',
  message: '',
  time: 901,
};

export const POSITION_EVENT: terminal.PositionEventFrame = {
  position: 'p1',
  symbol: INSTRUMENT.brokerSymbol,
  sl: '1.09000',
  tp: '',
  reason: 'manual',
  time: 902,
};

export const CASH_EVENT: terminal.CashEventFrame = {
  deal: 'd9',
  kind: 'deposit',
  amount: '100.00',
  comment: 'thanks',
  time: 903,
};

export const snapshotFrame = (more: Partial<terminal.SnapshotFrame> = {}): terminal.SnapshotFrame => ({
  time: 5,
  account: {
    time: 5,
    currency: 'USD',
    balance: '1000.00',
    equity: '1000.00',
    margin: '0.00',
    freeMargin: '1000.00',
    leverage: 100,
    credit: '0.00',
  },
  positions: [],
  orders: [],
  deals: [],
  seq: 0,
  ...more,
});
