import { EventEmitter } from 'node:events';
import { Module } from '@nestjs/common';
import { z } from 'zod';
import type { ProcessPort } from '@trading/platform-bootstrap';
import { processVariables } from './process-variables';
import { runServiceProcess } from './run-service-process';

@Module({})
class NothingModule {}

/** Runs a service that never gets as far as its stores. */
async function outcomeOf(env: Readonly<Record<string, string>>): Promise<{ codes: number[]; said: string }> {
  const codes: number[] = [];
  const said: string[] = [];
  const fake = Object.assign(new EventEmitter(), { exit: (code: number) => void codes.push(code) });
  await runServiceProcess(
    {
      definition: { name: 'nothing', module: NothingModule, grpc: [] },
      variables: z.object(processVariables({ http: 0, grpc: 0 })),
      database: { schema: 'nothing', migrations: [] },
      topics: {},
      reflectionImage: new Uint8Array(),
      providers: () => [],
    },
    { env, process: fake as unknown as ProcessPort, complain: (text) => void said.push(text) },
  );
  return { codes, said: said.join('') };
}

describe('runServiceProcess', () => {
  it('names every variable that is wrong in one paragraph and exits with 2', async () => {
    const { codes, said } = await outcomeOf({ HTTP_PORT: '99999', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://hunter2' });
    expect(codes).toEqual([2]);
    expect(said).toMatch(/^nothing did not start\. The configuration is not valid:\n/);
    for (const name of ['DATABASE_URL', 'HTTP_PORT', 'LOG_LEVEL']) expect(said).toContain(`\n  ${name}: `);
    expect(said).not.toContain('hunter2');
  });

  it('says what a variable is for that is missing', async () => {
    const { codes, said } = await outcomeOf({});
    expect(codes).toEqual([2]);
    expect(said).toContain('DATABASE_URL: is required. PostgreSQL, as `postgresql://');
  });
});
