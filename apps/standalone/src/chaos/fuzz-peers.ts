import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, removeEmbeddedPostgres, startEmbeddedPostgres } from '@trading/platform-database';
import { GATEWAY_MIGRATIONS } from '@trading/service-gateway';
import { fuzzTerminalPeer } from '@trading/service-gateway/testing/fuzz-terminal-peer';
import { ACCOUNT, GatewayFixture, TERMINAL_KEY } from '@trading/service-gateway/testing/gateway-fixture';

/** What peers that know a terminal's key made of a gateway. */
export interface PeerFuzz {
  readonly frames: number;
  readonly connections: number;
  readonly welcomed: number;
  /** Heap in use before and after, garbage included. */
  readonly heapMib: { readonly before: number; readonly after: number };
  readonly failures: readonly string[];
}

const BATCH = 5_000;
const MAY_GROW_MIB = 150;
const LIVE = { caps: [] };

/** Attacks a gateway as a terminal that is let in and then says anything, beside an honest one that must not notice. */
export async function fuzzPeers(frames: number, seed: number): Promise<PeerFuzz> {
  const folder = mkdtempSync(join(tmpdir(), 'trading-fuzz-'));
  const postgres = await startEmbeddedPostgres({ folder });
  const database = await openDatabase({ url: postgres.url, schema: 'gateway', migrations: GATEWAY_MIGRATIONS });
  const accounts = [
    { accountId: ACCOUNT, login: '1001', server: 'Broker', live: false },
    { accountId: 'fuzzed', login: '666', server: 'Broker', live: false },
  ];
  const gateway = await GatewayFixture.start(database, { accounts });
  try {
    const honest = await gateway.connect(LIVE);
    const failures: string[] = [];
    const counts = { frames: 0, connections: 0, welcomed: 0 };
    const heap = (): number => Math.round(process.memoryUsage().heapUsed / 2 ** 20);
    let before = 0;
    for (let batch = 0; counts.frames < frames && failures.length === 0; batch += 1) {
      const target = { port: gateway.port, key: TERMINAL_KEY, hello: { ...LIVE, login: '666' } };
      const done = await fuzzTerminalPeer(seed + batch, Math.min(BATCH, frames - counts.frames), target);
      counts.frames += done.frames;
      counts.connections += done.connections;
      counts.welcomed += done.welcomed;
      if (honest.isClosed) failures.push(`the honest terminal was disconnected in batch ${batch} of seed ${seed}`);
      const spoken = gateway.published.filter(({ key, topic }) => key === ACCOUNT && topic.startsWith('trade.'));
      if (batch > 0 && spoken.length > 0) failures.push(`${spoken.length} events were said in the honest one's name`);
      // What the fixture keeps for its tests is not the gateway's memory.
      gateway.published.length = 0;
      gateway.log.entries.length = 0;
      gateway.timeSeries.written.length = 0;
      if (batch === 0) before = heap();
    }
    const after = heap();
    if (after - before > MAY_GROW_MIB) failures.push(`the heap grew from ${before} to ${after} MiB`);
    return { ...counts, heapMib: { before, after }, failures };
  } finally {
    await gateway.stop();
    await database.close();
    await postgres.stop();
    await removeEmbeddedPostgres(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}
