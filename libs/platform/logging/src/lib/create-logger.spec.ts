import { currentTraceContext, runWithTrace, withCorrelation } from '@trading/platform-tracing';
import { createLogger } from './create-logger';
import type { Logger, LogLevel } from './logger';
import { memoryLogger } from './memory-logger';
import { NestLogAdapter } from './nest-log-adapter';

const make = (level: LogLevel = 'info', pretty = false): { logger: Logger; lines: string[] } => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, logger: createLogger({ level, pretty, destination, base: { service: 'execution' } }) };
};
const only = (lines: readonly string[]): Record<string, unknown> => {
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]!) as Record<string, unknown>;
};

describe('createLogger', () => {
  it('writes one JSON line with time, level, service, message and fields', () => {
    const { logger, lines } = make();
    logger.info({ orderId: 'o1' }, 'Submitted.');
    expect(only(lines)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      service: 'execution',
      message: 'Submitted.',
      orderId: 'o1',
    });
    expect(lines[0]!.endsWith('}\n')).toBe(true);
  });

  it('masks secrets by name at any depth, in URLs and in the causes of errors', () => {
    const { logger, lines } = make();
    const cause = Object.assign(new Error('cannot reach postgres://app:hunter2@db/x'), { password: 'hunter2' });
    logger.error(
      {
        token: 'hunter2',
        config: { OPERATOR_TOKEN: 'hunter2', list: [{ apiKey: 'hunter2', private_key: 'hunter2' }] },
        headers: new Map([['Authorization', 'hunter2']]),
        dbSecret: { inner: 'hunter2' },
        url: 'redis://:hunter2@cache:6379',
        key: 'hunter2',
        monkey: 'visible',
        error: new Error('failed', { cause }),
      },
      'Lost amqp://u:hunter2@host.',
    );
    expect(lines[0]).not.toContain('hunter2');
    expect(only(lines)).toMatchObject({ monkey: 'visible', error: { message: 'failed', type: 'Error' } });
  });

  it('masks the fields of children', () => {
    const { logger, lines } = make();
    logger.child({ password: 'hunter2', terminal: 'T1' }).warn({}, 'x');
    expect(only(lines)).toMatchObject({ password: '[redacted]', terminal: 'T1', level: 'warn' });
  });

  it('writes a field once that a child sets anew', () => {
    const { logger, lines } = make();
    logger.child({ service: 'decision' }).info({}, 'x');
    expect(lines[0]!.match(/"service"/g)).toHaveLength(1);
    expect(only(lines)).toMatchObject({ service: 'decision' });
  });

  it('carries the ids of the current trace', () => {
    const { logger, lines } = make();
    runWithTrace({}, () => {
      logger.info({}, 'inside');
      const { traceId, spanId } = currentTraceContext()!;
      expect(only(lines)).toMatchObject({ trace_id: traceId, span_id: spanId });
    });
  });

  it('carries the account and the order that the work is about, each once', async () => {
    const { logger, lines } = make();
    await withCorrelation({ accountId: 'PAPER-1' }, async () => {
      logger.info({}, 'before');
      await withCorrelation({ coid: 'D1' }, async () => {
        await Promise.resolve();
        logger.info({}, 'within');
        logger.info({ coid: 'D2' }, 'of another');
        logger.child({ accountId: 'PAPER-2' }).info({}, 'of a child');
      });
    });
    logger.info({}, 'after');
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ message: 'before', accountId: 'PAPER-1' }),
      expect.objectContaining({ message: 'within', accountId: 'PAPER-1', coid: 'D1' }),
      expect.objectContaining({ message: 'of another', accountId: 'PAPER-1', coid: 'D2' }),
      expect.objectContaining({ message: 'of a child', accountId: 'PAPER-2', coid: 'D1' }),
      expect.objectContaining({ message: 'after' }),
    ]);
    expect(lines.map((line) => (line.match(/"(accountId|coid)"/g) ?? []).length)).toEqual([1, 2, 2, 2, 0]);
    expect(lines.join('')).not.toContain('trace_id');
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = make('warn');
    logger.info({}, 'no');
    logger.debug({}, 'no');
    expect(lines).toEqual([]);
  });

  it('writes for people when pretty, with the stack of an error', () => {
    const { logger, lines } = make('info', true);
    logger.error({ orderId: 'o1', error: new Error('no') }, 'Lost.');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ERROR execution {2}Lost\. orderId=o1\n {2}Error: no\n {6}at /);
  });
});

describe('NestLogAdapter', () => {
  it("passes Nest's news on as debug, its errors as errors", () => {
    const logger = memoryLogger();
    const adapter = new NestLogAdapter(logger);
    adapter.log('Mapped {/health, GET}', 'RouterExplorer');
    adapter.error(new TypeError('bad'), 'stack\n at x', 'ExceptionsHandler');
    adapter.warn({ odd: true });
    expect(logger.entries).toEqual([
      { level: 'debug', message: 'Mapped {/health, GET}', fields: { context: 'RouterExplorer' } },
      {
        level: 'error',
        message: 'bad',
        fields: { context: 'ExceptionsHandler', error: expect.objectContaining({ type: 'TypeError' }) },
      },
      { level: 'warn', message: '{ odd: true }', fields: {} },
    ]);
  });
});
