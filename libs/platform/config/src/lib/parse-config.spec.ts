import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from './config-error';
import { describeConfig } from './describe-config';
import { parseConfig } from './parse-config';
import { address, commaSeparated, flag, json, port, secret } from './variables';

const schema = z.object({
  HTTP_PORT: port('HTTP port.').default(8080),
  TRADING_MODE: z.enum(['paper', 'live']).default('paper').describe('Whether real money is traded.'),
  KAFKA_BROKERS: commaSeparated('Brokers.').default(['localhost:9092']),
  PRETTY: flag('Lines for people.').optional(),
  OPERATOR_TOKEN: secret("The operator's token."),
  SIZE: z.coerce.number().int().positive().optional(),
});

const problemsOf = (env: Record<string, string>): ConfigError => {
  try {
    parseConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) {
      return error;
    }
  }
  throw new Error('The configuration was accepted.');
};

describe('parseConfig', () => {
  it('reads typed values, fills defaults and ignores other variables', () => {
    const env = { PATH: '/bin', HTTP_PORT: '8181', PRETTY: 'Yes', OPERATOR_TOKEN: 't', KAFKA_BROKERS: ' a:1, ,b:2' };
    expect(parseConfig(schema, env)).toEqual({
      HTTP_PORT: 8181,
      TRADING_MODE: 'paper',
      KAFKA_BROKERS: ['a:1', 'b:2'],
      PRETTY: true,
      OPERATOR_TOKEN: 't',
    });
  });

  it('lists every bad variable by name and expectation, and never a value', () => {
    const error = problemsOf({ HTTP_PORT: '99999', TRADING_MODE: 'hunter2', PRETTY: 'hunter3', SIZE: 'hunter4' });
    expect(error.problems.map(({ name }) => name).sort()).toEqual([
      'HTTP_PORT',
      'OPERATOR_TOKEN',
      'PRETTY',
      'SIZE',
      'TRADING_MODE',
    ]);
    expect(error.message).toContain('OPERATOR_TOKEN: is required');
    expect(error.message).toMatch(/TRADING_MODE: .*"paper"\|"live"/);
    expect(error.message).toMatch(/PRETTY: expected true or false/);
    expect(error.message).not.toMatch(/hunter|99999/);
  });

  it('takes an empty variable for an unset one', () => {
    expect(parseConfig(schema, { OPERATOR_TOKEN: 't', HTTP_PORT: '' }).HTTP_PORT).toBe(8080);
    expect(problemsOf({ OPERATOR_TOKEN: '' }).message).toContain('OPERATOR_TOKEN: is required');
  });

  describe('with a secret in a file', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'token');
    writeFileSync(file, 'from-file\n');

    it('reads it without the line end', () => {
      expect(parseConfig(schema, { OPERATOR_TOKEN_FILE: file }).OPERATOR_TOKEN).toBe('from-file');
    });

    it('refuses a file that is not there and a variable given both ways', () => {
      expect(problemsOf({ OPERATOR_TOKEN_FILE: '/no/such' }).problems).toEqual([
        { name: 'OPERATOR_TOKEN', expected: 'the file that OPERATOR_TOKEN_FILE names must be readable' },
      ]);
      expect(problemsOf({ OPERATOR_TOKEN_FILE: file, OPERATOR_TOKEN: 'x' }).message).toContain('not both');
    });

    it('does not read files for variables that are no secrets', () => {
      expect(parseConfig(schema, { OPERATOR_TOKEN: 't', HTTP_PORT_FILE: file }).HTTP_PORT).toBe(8080);
    });
  });
});

describe('a value of several fields', () => {
  const series = z.object({
    SERIES: json(z.array(z.object({ symbol: z.string(), bars: z.number() })), 'Series.').default([]),
    EXECUTION_GRPC_ADDRESS: address('Where execution is.').default('127.0.0.1:9193'),
  });
  const messageOf = (env: Record<string, string>): string => {
    try {
      return JSON.stringify(parseConfig(series, env));
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('is JSON in the variable or in a file', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'series.json');
    writeFileSync(file, '[{"symbol":"US500","bars":2}]\n');
    expect(parseConfig(series, { SERIES: '[{"symbol":"EURUSD","bars":1}]' }).SERIES).toEqual([
      { symbol: 'EURUSD', bars: 1 },
    ]);
    expect(parseConfig(series, { SERIES_FILE: file }).SERIES).toEqual([{ symbol: 'US500', bars: 2 }]);
    expect(parseConfig(series, {}).SERIES).toEqual([]);
  });

  it('names every place that is wrong, and never what is there', () => {
    expect(messageOf({ SERIES: '[{"symbol":7,"bars":"hunter2"},{"symbol":"x"}]' })).toMatch(
      /SERIES: \[0\]\.symbol: expected string.*; \[0\]\.bars: expected number.*; \[1\]\.bars: expected number/,
    );
    expect(messageOf({ SERIES: '[hunter2' })).toMatch(/SERIES: expected JSON$/);
    expect(messageOf({ SERIES: '[hunter2' })).not.toContain('hunter');
  });

  it('is described with its default as it would be written', () => {
    const [row] = describeConfig(series);
    expect(row).toEqual({
      name: 'SERIES',
      type: 'JSON',
      default: '[]',
      description: 'Series.',
      secret: false,
      file: true,
    });
  });

  it('refuses an address without a port', () => {
    expect(messageOf({ EXECUTION_GRPC_ADDRESS: 'execution' })).toContain('EXECUTION_GRPC_ADDRESS: expected host:port');
    expect(messageOf({ EXECUTION_GRPC_ADDRESS: 'dns:///execution:9090' })).toContain('dns:///execution:9090');
  });
});

describe('describeConfig', () => {
  it('makes one row per variable, behind optional, default and transform', () => {
    expect(describeConfig(schema)).toEqual([
      { name: 'HTTP_PORT', type: 'port', default: '8080', description: 'HTTP port.', secret: false, file: false },
      {
        name: 'TRADING_MODE',
        type: 'paper | live',
        default: 'paper',
        description: 'Whether real money is traded.',
        secret: false,
        file: false,
      },
      {
        name: 'KAFKA_BROKERS',
        type: 'a,b,…',
        default: 'localhost:9092',
        description: 'Brokers.',
        secret: false,
        file: false,
      },
      {
        name: 'PRETTY',
        type: 'true | false',
        default: '',
        description: 'Lines for people.',
        secret: false,
        file: false,
      },
      {
        name: 'OPERATOR_TOKEN',
        type: 'string',
        default: 'required',
        description: "The operator's token.",
        secret: true,
        file: true,
      },
      { name: 'SIZE', type: 'integer', default: '', description: '', secret: false, file: false },
    ]);
  });
});
