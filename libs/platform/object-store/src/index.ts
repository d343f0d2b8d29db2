/**
 * Keeps named bytes, such as models and backups, behind one port, in a folder or in S3. Knows nothing about trading. Start at `object-store`;
 * a new adapter's spec calls `objectStoreContract`.
 */
export { ObjectStoreError, type ObjectStoreFailure } from './lib/errors';
export { FolderObjectStore } from './lib/folder-object-store';
export { S3ObjectStore, type S3ObjectStoreOptions } from './lib/s3-object-store';
export { OBJECT_STORE, type ObjectHead, type ObjectStore, type PutOptions } from './lib/object-store';
export { objectStoreContract } from './lib/object-store-contract';
