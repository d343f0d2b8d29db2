import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a running system can be reached; read by the command line. */
export interface Endpoints {
  readonly pid: number;
  /** Of a system in one process: its only HTTP and gRPC addresses. */
  readonly http?: string;
  readonly grpc?: string;
  /** Of a system of several processes: those of each service. */
  readonly services?: Readonly<Record<string, { readonly http: string; readonly grpc: string }>>;
  readonly operatorTokenFile: string;
  readonly accounts: readonly string[];
  readonly startedAt: string;
}

/** Leaves `<data-dir>/endpoints.json`; returns how to take it away again. */
export function leaveEndpoints(dataDir: string, endpoints: Endpoints): () => void {
  const file = join(dataDir, 'endpoints.json');
  writeFileSync(file, `${JSON.stringify(endpoints, null, 2)}\n`);
  return () => rmSync(file, { force: true });
}
