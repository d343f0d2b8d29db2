import { CliError } from '../cli/cli-error';

export interface Paragraph {
  readonly exitCode: number;
  readonly message: string;
}

/** Codes of errors about files and data, thrown by the libraries that read them. */
const DATA_ERRORS = new Set(['DataFileError', 'FileProblem', 'UntrainableData', 'ResearchError']);
/** Of those, what the command line said wrong. */
const USAGE_CODES = new Set(['UNKNOWN_ZONE', 'VERSION_EXISTS', 'UNWRITABLE']);

/** Any error as what its user reads. */
export function paragraphOf(error: unknown): Paragraph {
  if (error instanceof CliError) return { exitCode: error.exitCode, message: error.message };
  if (isRpcError(error)) return { exitCode: 1, message: callFailed(error) };
  const { name, message, code } =
    error instanceof Error ? withCode(error) : { name: '', message: String(error), code: '' };
  if (DATA_ERRORS.has(name)) return { exitCode: USAGE_CODES.has(code) ? 2 : 3, message };
  if (name === 'ObjectStoreError' || name === 'PlaintextRefused') return { exitCode: 2, message };
  return { exitCode: 1, message: `This should not have happened: ${message}` };
}

/** The error of a gRPC call, by its shape: the library that throws it is loaded only by commands that call. */
export interface FailedCall {
  readonly status: string;
  readonly code: string;
  readonly message: string;
}

export function isRpcError(error: unknown): error is Error & FailedCall {
  return error instanceof Error && error.name === 'RpcError' && 'status' in error && 'code' in error;
}

/** The other side did not answer at all: the transport speaks, with its status for a code, and no service. */
export function isUnreachable({ status, code }: FailedCall): boolean {
  return status === 'UNAVAILABLE' && code === 'UNAVAILABLE';
}

function callFailed(error: FailedCall): string {
  if (isUnreachable(error)) {
    return 'The system does not answer; it has stopped, or is about to start or stop. ./trade up starts it.';
  }
  switch (error.status) {
    case 'DEADLINE_EXCEEDED':
      return 'The system took too long to answer. Look at ./trade status and at its log, then try again.';
    case 'UNIMPLEMENTED':
      return `The running system does not know this call; it is of another version, or does not run this service. Restart it with ./trade up.`;
    case 'UNAUTHENTICATED':
    case 'PERMISSION_DENIED':
      return `${error.message} Name the file of the operator's token with --token-file; the system keeps it as secrets/operator.token in its data folder.`;
    default:
      return `${error.message} (${error.code})`;
  }
}

function withCode(error: Error): { name: string; message: string; code: string } {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { name: error.name, message: error.message, code };
}
