import { risk, wire } from '@trading/contracts';
import { worstCaseLoss } from '@trading/trading-risk';
import type { RiskAccountView } from './account-view';
import type { CheckFacts, RiskStore } from './risk-store';

/** Where an account stands: anchors and floors, exposure, reservations, and the equity if every stop were hit. */
export async function accountRisk(
  store: RiskStore,
  accountId: string,
  view: RiskAccountView | undefined,
  limitsVersion: number,
): Promise<risk.AccountRisk | undefined> {
  const never = Number.MAX_SAFE_INTEGER;
  const query = { accountId, key: '', recentSinceUs: never, limitsVersion };
  const facts = await store.checkFacts(store.database, query);
  if (facts === undefined) return undefined;
  const equity = view?.account()?.equity;
  return {
    accountId,
    state: wire('TRADING_STATE', facts.account.state),
    anchors: (view?.anchors() ?? []).map(({ name, anchorValue, floor, resetsUs }) => ({
      name,
      value: anchorValue.toFixed(2),
      floor: floor.toFixed(2),
      resetsUs: resetsUs ?? 0,
    })),
    equity: equity?.toFixed(2) ?? '',
    worstCaseEquity: worstCase(facts, view),
    reservations: facts.reservations.map(({ coid, symbol, side, lots, reduceOnly }) => ({
      ...{ coid, symbol, reduceOnly },
      side: wire('SIDE', side),
      lots: lots.toFixed(),
    })),
    positionLots: positionLots(facts),
    lastOrderSeq: await store.appliedSeq(accountId),
    limitsVersion: facts.otherLimits?.version ?? limitsVersion,
  };
}

/** Empty when what is open cannot be valued. */
function worstCase({ positions, reservations, commissions }: CheckFacts, view: RiskAccountView | undefined): string {
  const account = view?.account();
  if (view === undefined || account === undefined) return '';
  const loss = worstCaseLoss(
    {
      ...{ positions, reservations, rates: view.rates },
      // No order is asked about: every symbol is looked up.
      order: { coid: '', symbol: '' },
      instrument: undefined,
      quote: undefined,
      instrumentOf: (symbol) => view.instrument(symbol),
      quoteOf: (symbol) => view.quote(symbol),
      costsOf: (symbol) => view.costsOf(symbol, commissions[symbol], view.timeUs),
    },
    account.currency,
  );
  return loss.kind === 'known' ? account.equity.minus(loss.loss).toFixed(2) : '';
}

/** Signed lots by symbol; of a hedging account long minus short. */
function positionLots({ positions }: CheckFacts): Record<string, string> {
  const lots: Record<string, string> = {};
  for (const [key, position] of positions) {
    const symbol = position.symbol ?? key;
    lots[symbol] = position.lots.plus(lots[symbol] ?? 0).toFixed();
  }
  return lots;
}
