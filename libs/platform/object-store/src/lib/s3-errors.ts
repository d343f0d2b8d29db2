import { errorCodeOf, ObjectStoreError, type ObjectStoreFailure } from './errors';

/** Names of errors, from S3 and from the SDK, and what they mean; see "Error responses" in the Amazon S3 API reference. */
const DENIED = new Set([
  'AccessDenied',
  'Forbidden',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  '403',
]);
const NO_CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError']);
const FULL = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage', '507']);

/** The name of an error of S3, such as `NoSuchKey`; empty for what is none. */
export function nameOf(error: unknown): string {
  return error instanceof Error || (typeof error === 'object' && error !== null && 'name' in error)
    ? String(error.name)
    : '';
}

/** Whether an object, or its bucket when a HEAD was asked, does not exist. */
export function isAbsent(error: unknown): boolean {
  return ['NoSuchKey', 'NotFound'].includes(nameOf(error));
}

/** Says what a failed call of S3 means for the store. */
export function explainS3Error(error: unknown, action: 'read' | 'write', place: string): ObjectStoreError {
  if (error instanceof ObjectStoreError) return error;
  const name = nameOf(error);
  const status = String(statusOf(error) ?? '');
  const refuse = (code: ObjectStoreFailure, message: string): ObjectStoreError =>
    new ObjectStoreError(code, message, { cause: error });
  const denied = action === 'write' ? 'NOT_WRITABLE' : 'NOT_READABLE';
  const verb = action === 'write' ? 'written' : 'read';
  if (name === 'NoSuchBucket') return refuse('STORE_MISSING', `The bucket of ${place} does not exist; create it.`);
  if (DENIED.has(name) || DENIED.has(status)) {
    const needs = action === 'write' ? 's3:PutObject' : 's3:GetObject and s3:ListBucket';
    return refuse(denied, `${place} may not be ${verb} (${name}): these credentials need ${needs}.`);
  }
  if (NO_CREDENTIALS.has(name)) return refuse(denied, `${place} cannot be ${verb}: no AWS credentials were found.`);
  if (FULL.has(name) || FULL.has(status)) return refuse('NO_SPACE', `${place} cannot be written: the store is full.`);
  return refuse('IO_ERROR', `Could not ${action} ${place}: ${reasonOf(error, name)}`);
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}

function reasonOf(error: unknown, name: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = errorCodeOf(error);
  return [name === 'Error' ? '' : name, code, message].filter((part) => part !== '').join(': ');
}
