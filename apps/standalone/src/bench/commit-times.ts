import { Client } from 'pg';
import { timesOf } from './timing';

/** One row inserted and committed by itself, in µs. */
export async function commitTimes(databaseUrl: string, count: number): Promise<number[]> {
  const client = new Client({ connectionString: databaseUrl });
  try {
    await client.connect();
    await client.query('CREATE TABLE IF NOT EXISTS bench_commit (n serial PRIMARY KEY, what text NOT NULL)');
    return await timesOf(count, () => client.query('INSERT INTO bench_commit (what) VALUES ($1)', ['a row']));
  } finally {
    await client.end();
  }
}
