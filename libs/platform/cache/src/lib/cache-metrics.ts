import { counter } from '@trading/platform-metrics';

const lookups = counter('trading_cache_lookups_total', 'Lookups in the shared cache, by outcome: hit, miss or error.', [
  'outcome',
]);
const writes = counter('trading_cache_writes_total', 'Writes to the shared cache, by outcome: stored or dropped.', [
  'outcome',
]);

export function countLookup(outcome: 'hit' | 'miss' | 'error'): void {
  lookups.inc({ outcome });
}

export function countWrite(outcome: 'stored' | 'dropped'): void {
  writes.inc({ outcome });
}
