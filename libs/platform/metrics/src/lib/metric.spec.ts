import { counter, describeMetrics, gauge, histogram } from './metric';
import { collectProcessMetrics, metricsText } from './metrics.module';
import { recordRpc } from './shared-metrics';
import { topicMeter } from './topic-meter';

describe('metrics', () => {
  it('are the same object for the same name', () => {
    const first = counter('trading_execution_orders_total', 'Orders.', ['side']);
    expect(counter('trading_execution_orders_total', 'Orders.', ['side'])).toBe(first);
    const age = gauge('trading_execution_age_seconds', 'Age.');
    expect(gauge('trading_execution_age_seconds', 'Age.')).toBe(age);
  });

  it.each(['orders_total', 'trading_total_', 'trading_Orders_total', 'trading-orders_total'])(
    'refuse the name %s',
    (name) => {
      expect(() => histogram(name, 'x')).toThrow('A metric is called trading_');
    },
  );

  it('refuse a counter that does not end in _total and a name taken by another type', () => {
    expect(() => counter('trading_execution_orders', 'x')).toThrow('_total');
    gauge('trading_execution_taken_total', 'x');
    expect(() => counter('trading_execution_taken_total', 'x')).toThrow('another type');
  });

  it('of calls and topics carry service, method, code and outcome', async () => {
    recordRpc('execution', 'SubmitOrder', 'OK', 0.004);
    const meter = topicMeter('decision', 'prediction.v1');
    const startMs = meter.start();
    meter.end('dead_lettered', startMs);
    for (let n = 0; n < 40; n++) meter.end('handled', meter.start());
    const text = await metricsText();
    expect(text).toContain('trading_rpc_duration_seconds_count{service="execution",method="SubmitOrder",code="OK"} 1');
    expect(text).toContain(
      'trading_topic_handled_total{service="decision",topic="prediction.v1",outcome="dead_lettered"} 1',
    );
    const handled = 'trading_topic_handled_total{service="decision",topic="prediction.v1",outcome="handled"}';
    expect(text).toContain(`${handled} 40`);
    // One in sixteen is timed, the first included.
    expect(text).toContain('trading_topic_duration_seconds_count{service="decision",topic="prediction.v1"} 3');
    meter.end('handled', meter.start());
    expect(await metricsText()).toContain(`${handled} 41`);
  });

  it('of the process are collected once however often asked for', async () => {
    collectProcessMetrics();
    collectProcessMetrics();
    const text = await metricsText();
    expect(text.match(/^# TYPE nodejs_eventloop_lag_seconds /gm)).toHaveLength(1);
  });

  it('are described for the generated table, ours only', async () => {
    const rows = await describeMetrics();
    expect(rows).toContainEqual({
      name: 'trading_execution_orders_total',
      type: 'counter',
      labels: expect.any(Array),
      help: 'Orders.',
    });
    expect(rows.every(({ name }) => name.startsWith('trading_'))).toBe(true);
  });
});
