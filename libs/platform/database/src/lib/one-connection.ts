import { Client } from 'pg';
import type { ConnectionTarget } from './connection-url';
import { databaseError } from './database-errors';

const CONNECT_WITHIN_MS = 10_000;

/** Does work on a connection of its own, without limits of time; its failures are {@link databaseError}s. */
export async function onOneConnection<R>(
  { url, ssl, password }: ConnectionTarget,
  applicationName: string,
  work: (client: Client) => Promise<R>,
): Promise<R> {
  const client = new Client({
    connectionString: url,
    ssl,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    keepAlive: true,
    options: '-c timezone=UTC',
  });
  // A connection that breaks fails the statement in progress as well; that error is the one to report.
  client.on('error', () => undefined);
  let isConnected = false;
  try {
    await client.connect();
    isConnected = true;
    return await work(client);
  } catch (error) {
    throw databaseError(error, applicationName, password);
  } finally {
    const ending = client.end().catch(() => undefined);
    // The driver may wait for ever for the end of a connection that the server refused while it was made.
    if (isConnected) await ending;
  }
}
