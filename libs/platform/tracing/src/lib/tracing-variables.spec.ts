import { z } from 'zod';
import { parseConfig } from '@trading/platform-config';
import { OtlpReceiver } from './otlp-receiver';
import { withSpan } from './span';
import { installTracer, noopTracer } from './tracer';
import { startTracing, tracesUrl, tracingVariables } from './tracing-variables';

const parse = (env: Record<string, string>) => parseConfig(z.object(tracingVariables()), env);

describe('the variables of tracing', () => {
  it('ask for nothing by default', () => {
    expect(parse({})).toEqual({ OTEL_TRACES_SAMPLER_ARG: 1 });
    expect(startTracing(parse({}), { service: 's', log: { warn: () => undefined } })).toBeUndefined();
    expect(installTracer(noopTracer)).toBe(noopTracer);
  });

  it('are read as OpenTelemetry has them', () => {
    const variables = parse({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic%20abc%3D%3D, x-tenant = desk ,',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    });
    expect(variables.OTEL_EXPORTER_OTLP_HEADERS).toEqual({ authorization: 'Basic abc==', 'x-tenant': 'desk' });
    expect(variables.OTEL_TRACES_SAMPLER_ARG).toBe(0.25);
  });

  it('name the endpoint to which the path of traces is added', () => {
    expect(tracesUrl('http://a:4318')).toBe('http://a:4318/v1/traces');
    expect(tracesUrl('http://a:4318/')).toBe('http://a:4318/v1/traces');
    expect(tracesUrl('https://a/otlp')).toBe('https://a/otlp/v1/traces');
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:hunter2@collector:4318'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'hunter2'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=hunter2%'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=hunter2%0d%0ab'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'two words=hunter2'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER_ARG', 'often'],
  ])('refuse %s=%s without repeating it', (name, value) => {
    const failure = (() => {
      try {
        return parse({ [name]: value });
      } catch (error) {
        return String(error);
      }
    })();
    expect(failure).toContain(name);
    expect(failure).not.toContain('hunter2');
  });

  it('start tracing, and end it with all that was recorded', async () => {
    const receiver = await OtlpReceiver.listen();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-token=t' };
    const stop = startTracing(parse(env), { service: 'decision', log: { warn: () => undefined } });
    withSpan('work', {}, () => undefined);
    await stop?.();
    withSpan('afterwards', {}, () => undefined);
    expect(receiver.spans).toMatchObject([{ name: 'work', resource: { 'service.name': 'decision' } }]);
    expect(receiver.requests).toMatchObject([{ path: '/v1/traces', headers: { 'x-token': 't' } }]);
    await receiver.close();
  });
});
