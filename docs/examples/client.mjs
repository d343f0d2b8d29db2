// A trading tool of your own in Node: lists what an account holds, sends an operator's order while the account is
// halted and again when it is enabled, follows its events and asks why it came out as it did.
//
//   node docs/examples/client.mjs [data folder]
//
// Outside this repository: npm install @grpc/grpc-js @grpc/proto-loader, and a copy of libs/contracts/proto.
// @ts-check
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const PROTO = resolve(import.meta.dirname, '../../libs/contracts/proto');
const FILES = ['execution', 'risk', 'decision', 'prediction'].map((name) => `trading/${name}/v1/${name}.proto`);

// A running system says where it is in its data folder.
const dataDir = process.argv[2] ?? '.data';
const endpoints = JSON.parse(readFileSync(join(dataDir, 'endpoints.json'), 'utf8'));
const accountId = endpoints.accounts[0];

// Times are microseconds since 1970, exact as numbers; money, prices and volumes are decimal strings.
const definition = loader.loadSync(FILES, { includeDirs: [PROTO], longs: Number, enums: String, defaults: true });
/** @type {any} */
const { trading } = grpc.loadPackageDefinition(definition);
const credentials = grpc.credentials.createInsecure();
const execution = new trading.execution.v1.ExecutionService(endpoints.grpc, credentials);
const risk = new trading.risk.v1.RiskManagerService(endpoints.grpc, credentials);
const decision = new trading.decision.v1.DecisionService(endpoints.grpc, credentials);
const prediction = new trading.prediction.v1.PredictionService(endpoints.grpc, credentials);

// Reading is open to this machine; what changes something needs the operator's token.
const operator = new grpc.Metadata();
operator.set('authorization', `Bearer ${readFileSync(endpoints.operatorTokenFile, 'utf8').trim()}`);

/** Calls a method and waits for its answer, at most ten seconds. */
function call(client, method, request) {
  return new Promise((done, fail) => {
    const deadline = Date.now() + 10_000;
    client[method](request, operator, { deadline }, (error, answer) => (error ? fail(error) : done(answer)));
  });
}

async function setTradingState(state, reason) {
  const { accounts } = await call(risk, 'setTradingState', { accountId, state, reason });
  console.log(`state: ${accounts[0].state}`);
}

/** The client order id makes it idempotent: sent again after a lost answer, the same id never orders twice. */
async function buy(symbol, volumeLots, stopLoss) {
  const coid = `op-${randomUUID().slice(0, 18)}`;
  const { order } = await call(execution, 'submitOrder', {
    order: {
      coid,
      accountId,
      symbol,
      side: 'SIDE_BUY',
      type: 'ORDER_TYPE_MARKET',
      volumeLots,
      stopLoss,
      timeInForce: 'TIME_IN_FORCE_IOC',
      origin: 'ORIGIN_OPERATOR',
    },
  });
  console.log(`order: ${order.request.coid} ${order.state} ${order.code} ${order.message}`.trimEnd());
  return order;
}

/** Prints the events of one order until it is filled or refused. */
function follow(coid, afterSeq) {
  return new Promise((done, fail) => {
    const stream = execution.streamOrderEvents({ accountId, afterSeq }, operator);
    stream.on('error', (error) => (error.code === grpc.status.CANCELLED ? done(undefined) : fail(error)));
    stream.on('data', ({ seq, kind, fill, coid: of }) => {
      if (of !== coid) return;
      console.log(`event ${seq}: ${kind}${fill === null ? '' : ` ${fill.volumeLots} at ${fill.price}`}`);
      if (/FILLED|REJECTED|DENIED|CANCELED|EXPIRED/.test(kind)) stream.cancel();
    });
  });
}

async function showPositions() {
  const { positions } = await call(execution, 'listPositions', { accountId });
  for (const { symbol, volumeLots, averagePrice, unrealised } of positions) {
    console.log(`position: ${symbol} ${volumeLots} lots at ${averagePrice}, unrealised ${unrealised}`);
  }
  if (positions.length === 0) console.log('position: none');
}

const { accounts } = await call(execution, 'listAccounts', {});
const { balance, equity, currency, lastSeq } = accounts.find((account) => account.accountId === accountId);
const { strategies } = await call(decision, 'listStrategies', {});
const { symbol, timeframe } = strategies[0];
console.log(`account: ${accountId}, balance ${balance} ${currency}, equity ${equity}`);
await showPositions();

// The limits of a paper account bound the loss of one trade, so that an order needs a stop loss.
const { lastBid } = await call(prediction, 'getPrediction', { accountId, symbol, timeframe });
const stopLoss = (lastBid * 0.9).toFixed(2);
await setTradingState('TRADING_STATE_HALTED', 'shown by the example client');
await buy(symbol, '1', stopLoss);
await setTradingState('TRADING_STATE_ACTIVE', 'shown by the example client');
const order = await buy(symbol, '1', stopLoss);
await follow(order.request.coid, lastSeq);
await showPositions();

const story = await call(decision, 'explain', { accountId, id: order.request.coid });
for (const { code, passed, observed, limit } of story.orders[0].checks) {
  console.log(`check: ${passed ? 'passed' : 'FAILED'} ${code} observed ${observed || '-'} limit ${limit || '-'}`);
}
for (const { fillId, price, commission } of story.fills) {
  console.log(`fill: deal ${fillId} at ${price}, commission ${commission}`);
}
for (const client of [execution, risk, decision, prediction]) client.close();
