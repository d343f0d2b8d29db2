import { z } from 'zod';
import { CliError } from '../cli/cli-error';

const answer = z.object({
  details: z.record(
    z.string(),
    z.object({
      status: z.string(),
      failed: z.record(z.string(), z.string()).default({}),
      degraded: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

export interface ServiceReadiness {
  readonly service: string;
  readonly isReady: boolean;
  /** Why it is not ready, by dependency. */
  readonly failed: Readonly<Record<string, string>>;
  /** What works only in part, by dependency. */
  readonly degraded: Readonly<Record<string, string>>;
}

export interface Readiness {
  readonly isReady: boolean;
  readonly services: readonly ServiceReadiness[];
}

/**
 * What `/ready` says of the services of a process.
 * @throws CliError when nothing, or something else, answers there
 */
export async function fetchReadiness(http: string, timeoutMs = 5000): Promise<Readiness> {
  const url = new URL('/ready', http);
  let body: unknown;
  try {
    // 503 is an answer too: it names what is not ready.
    body = await (await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })).json();
  } catch (error) {
    throw new CliError(`${url.href} does not answer.`, 1, { cause: error });
  }
  return readinessOf(body, url.href);
}

/**
 * What the processes of a system say, by what runs in each. Of several, one that does not answer is a service that is not
 * ready.
 * @throws CliError when the only one does not answer
 */
export async function readinessOfAll(processes: Readonly<Record<string, string>>): Promise<Readiness> {
  const all = Object.entries(processes);
  const each = await Promise.all(
    all.map(async ([service, http]): Promise<readonly ServiceReadiness[]> => {
      try {
        return (await fetchReadiness(http)).services;
      } catch (error) {
        if (all.length === 1 || !(error instanceof CliError)) throw error;
        return [{ service, isReady: false, failed: { process: error.message }, degraded: {} }];
      }
    }),
  );
  const services = each.flat();
  return { isReady: services.length > 0 && services.every(({ isReady }) => isReady), services };
}

/** @throws CliError when `body` is no answer of `/ready` */
export function readinessOf(body: unknown, url: string): Readiness {
  const parsed = answer.safeParse(body);
  if (!parsed.success) throw new CliError(`What answers at ${url} is not a service of this system.`);
  const services = Object.entries(parsed.data.details).map(([service, { status, failed, degraded }]) => ({
    service,
    isReady: status === 'up',
    failed,
    degraded,
  }));
  return { isReady: services.length > 0 && services.every(({ isReady }) => isReady), services };
}
