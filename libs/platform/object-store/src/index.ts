/**
 * Keeps named bytes, such as models and backups, behind one port. Knows nothing about trading. Start at `object-store`.
 */
export { OBJECT_STORE, type ObjectHead, type ObjectStore, type PutOptions } from './lib/object-store';
