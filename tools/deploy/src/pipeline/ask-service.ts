import { credentials, makeClientConstructor } from '@grpc/grpc-js';
import { service as healthDefinition } from 'grpc-health-check';

/** Where a service answers. */
export interface Door {
  /** Such as `http://127.0.0.1:8080`. */
  readonly http: string;
  /** Such as `127.0.0.1:9090`. */
  readonly grpc: string;
}

const Health = makeClientConstructor(healthDefinition, 'Health');

/** What is wrong with a service at its door: its health, its readiness and its gRPC health; empty when nothing is. */
export async function askService(door: Door, deadlineMs: number): Promise<readonly string[]> {
  const paths = ['/health', '/ready'].map((path) => askHttp(`${door.http}${path}`, path, deadlineMs));
  const answers = await Promise.all([...paths, askGrpc(door.grpc, deadlineMs)]);
  return answers.filter((problem) => problem !== undefined);
}

async function askHttp(url: string, path: string, deadlineMs: number): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(deadlineMs), redirect: 'error' });
    const body = await answer.text();
    return answer.status === 200 ? undefined : `${path} answered ${answer.status}: ${body.slice(0, 300)}`;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    return `${path} did not answer (${cause?.message ?? message})`;
  }
}

function askGrpc(address: string, deadlineMs: number): Promise<string | undefined> {
  const client = new Health(address, credentials.createInsecure());
  return new Promise<string | undefined>((resolve) => {
    const options = { deadline: Date.now() + deadlineMs };
    const check = client['check'] as unknown as (
      request: object,
      options: object,
      callback: (error: Error | null, answer?: { readonly status: string }) => void,
    ) => void;
    check.call(client, { service: '' }, options, (error, answer) => {
      if (error !== null) resolve(`gRPC health did not answer (${error.message})`);
      else resolve(answer?.status === 'SERVING' ? undefined : `gRPC health is ${answer?.status ?? 'unknown'}`);
    });
  }).finally(() => client.close());
}
