import { spawn } from 'node:child_process';
import type { Door } from './ask-service';

/** A way to a service of a cluster while it is needed. */
export interface Forward {
  readonly door: Door;
  readonly close: () => void;
}

/** `kubectl` gave no way to a service. */
export class NoWay extends Error {
  constructor(
    readonly deployment: string,
    readonly reason: string,
  ) {
    super(`There is no way to ${deployment}: ${reason}`);
  }
}

/** What is forwarded. */
export interface Wanted {
  readonly kubectl: string;
  readonly namespace: string;
  readonly deployment: string;
  readonly ports: { readonly http: number; readonly grpc: number };
  readonly deadlineMs: number;
}

/** Opens a way to one pod of a deployment on free ports of this machine. Throws {@link NoWay}. */
export function openForward({ kubectl, namespace, deployment, ports, deadlineMs }: Wanted): Promise<Forward> {
  const words = ['port-forward', '--address', '127.0.0.1', '--namespace', namespace, `deployment/${deployment}`];
  const child = spawn(kubectl, [...words, `:${ports.http}`, `:${ports.grpc}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  const close = (): void => void child.kill();
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (reason: string): void => {
      clearTimeout(timer);
      close();
      reject(new NoWay(deployment, `${reason} ${said}`.trim()));
    };
    const timer = setTimeout(() => fail(`Nothing was forwarded within ${deadlineMs} ms.`), deadlineMs);
    const localOf = (port: number): string | undefined =>
      new RegExp(`Forwarding from 127\\.0\\.0\\.1:(\\d+) -> ${port}\\b`).exec(said)?.[1];
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const [http, grpc] = [localOf(ports.http), localOf(ports.grpc)];
      if (http === undefined || grpc === undefined) return;
      clearTimeout(timer);
      resolve({ door: { http: `http://127.0.0.1:${http}`, grpc: `127.0.0.1:${grpc}` }, close });
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('error', (error) => fail(error.message));
    child.on('exit', () => fail('kubectl ended.'));
  });
}
