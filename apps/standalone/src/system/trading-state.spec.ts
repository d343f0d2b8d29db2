import { common, risk } from '@trading/contracts';
import type { TradingSystem } from './trading-system';
import { tradingStateOf } from './trading-state';

/** A risk-manager that knows the account from the third question on. */
function systemThatLearns(state: common.TradingState): Pick<TradingSystem, 'clients'> {
  let asked = 0;
  const getTradingState = async (): Promise<risk.GetTradingStateResponse> => {
    asked += 1;
    const accounts = asked < 3 ? [] : [{ accountId: 'A', state }];
    return risk.GetTradingStateResponse.fromPartial({ accounts });
  };
  return { clients: { riskManager: { getTradingState } } } as unknown as Pick<TradingSystem, 'clients'>;
}

describe('tradingStateOf', () => {
  it('waits until risk-manager knows the account', async () => {
    expect(await tradingStateOf(systemThatLearns(common.TradingState.HALTED), 'A', () => false)).toBe('HALTED');
    expect(await tradingStateOf(systemThatLearns(common.TradingState.ACTIVE), 'A', () => false)).toBe('ACTIVE');
  });

  it('never says that an account trades of which nothing is known', async () => {
    expect(await tradingStateOf(systemThatLearns(common.TradingState.ACTIVE), 'A', () => true)).toBe('HALTED');
  });
});
