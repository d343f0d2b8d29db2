import type { decision, execution, gateway, risk } from '@trading/contracts';
import { table } from '../cli/table';
import { count, enumWord, timeWords } from '../cli/words';
import { type Part, reasonsOf, type StatusReport } from './status-report';

/** The report for people. */
export function statusWords(report: StatusReport): string {
  const { readiness, sessions, strategies } = report;
  return [
    section('Services', readiness, (value) =>
      (value?.services ?? []).map(({ service, isReady, failed, degraded }) => [
        service,
        isReady ? (Object.keys(degraded).length > 0 ? 'degraded' : 'ready') : 'NOT READY',
        reasonsOf({ ...failed, ...degraded }),
      ]),
    ),
    section('Terminals', sessions, (value) => value.map(sessionRow)),
    accountsWords(report),
    section('Positions', report.positions, (value) => value.map(positionRow)),
    section('Strategies', strategies, (value) => value.map(strategyRow)),
  ].join('\n\n');
}

/** Accounts with state, reason and money. */
export function accountsWords({ accounts, states }: Pick<StatusReport, 'accounts' | 'states'>): string {
  const stateOf = (accountId: string): risk.AccountTradingState | undefined =>
    states.ok ? states.value.find((state) => state.accountId === accountId) : undefined;
  const text = section('Accounts', accounts, (value) =>
    value.map((account) => accountRow(account, stateOf(account.accountId))),
  );
  if (!states.ok) return `${text}\n  Trading states are unknown: ${states.message}`;
  // risk-manager may answer while execution, which knows the money, does not.
  if (accounts.ok) return text;
  return [text, ...states.value.map((state) => `  ${state.accountId}  ${stateWords(state)}`)].join('\n');
}

function section<T>(title: string, part: Part<T>, rows: (value: T) => string[][]): string {
  if (!part.ok) return `${title}\n  Unknown: ${part.message}`;
  const found = rows(part.value);
  return `${title}\n${found.length === 0 ? 'none' : table(found)}`.replaceAll(/\n(?=.)/g, '\n  ');
}

function sessionRow(session: gateway.TerminalSession): string[] {
  const { accountId, connected, halted, lockstep, barrier, timeUs, ticks, crossedTicks, ended, platform, tradeMode } =
    session;
  const crossed = crossedTicks === 0 ? '' : ` (${crossedTicks} crossed)`;
  return [
    accountId,
    `${enumWord('PLATFORM', platform)} ${enumWord('TRADE_MODE', tradeMode).toLowerCase()}`,
    `${connected ? 'connected' : 'OFFLINE'}${halted ? ', HALTED at the gateway' : ''}`,
    lockstep ? `barrier ${barrier}` : 'real time',
    timeWords(timeUs),
    `${count(ticks, 'tick')}${crossed}${ended ? ', end of the data' : ''}`,
  ];
}

function accountRow(account: execution.Account, state: risk.AccountTradingState | undefined): string[] {
  const { accountId, balance, equity, currency, tradeMode, leverage } = account;
  return [
    accountId,
    `${enumWord('TRADE_MODE', tradeMode).toLowerCase()} 1:${leverage}`,
    `balance ${balance} ${currency}`,
    equity === '' ? 'equity unknown' : `equity ${equity} ${currency}`,
    state === undefined ? 'trading state unknown' : stateWords(state),
  ];
}

function stateWords({ state, reason, changedBy, changedUs }: risk.AccountTradingState): string {
  const who = changedBy === '' ? '' : `, by ${changedBy}`;
  const when = changedUs === 0 ? '' : ` at ${timeWords(changedUs)}`;
  return `${enumWord('TRADING_STATE', state)}${reason === '' ? '' : `: ${reason.replace(/\.$/, '')}`}${who}${when}`;
}

function positionRow(position: execution.Position): string[] {
  const { accountId, symbol, volumeLots, averagePrice, unrealised, stopLoss, takeProfit } = position;
  return [
    accountId,
    symbol,
    `${volumeLots} lots`,
    `at ${averagePrice}`,
    `unrealised ${unrealised}`,
    `stop ${stopLoss === '' ? 'none' : stopLoss}`,
    takeProfit === '' ? '' : `target ${takeProfit}`,
  ];
}

function strategyRow(strategy: decision.StrategyStatus): string[] {
  const { strategyId, symbol, timeframe, enabled, decisions, lastWords, lastDecisionUs } = strategy;
  const last = lastDecisionUs === 0 ? '' : `${timeWords(lastDecisionUs)}: ${lastWords}`;
  return [strategyId, `${symbol} ${timeframe}`, enabled ? 'enabled' : 'DISABLED', count(decisions, 'decision'), last];
}
