import { lastLines } from './log-file';
import type { SupervisedProcess } from './supervised-process';

const LOOK_EVERY_MS = 100;
const ANSWERS_WITHIN_MS = 2_000;
/** What ends so often before it is ready will not be. */
const GIVE_UP_AFTER_STARTS = 6;

/** A service did not come up; the message is for whoever starts it. */
export class ServiceNotReady extends Error {
  readonly code = 'SERVICE_NOT_READY';
}

export interface Awaited {
  readonly process: SupervisedProcess;
  /** `http://host:port` */
  readonly http: string;
  readonly logFile: string;
}

/**
 * Waits until every service says that it is ready.
 * @throws ServiceNotReady naming the first one that is not, and why
 */
export async function untilReady(
  services: readonly Awaited[],
  { withinMs, signal }: { readonly withinMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + withinMs;
  await Promise.all(
    services.map(async (service) => {
      for (;;) {
        signal.throwIfAborted();
        const reason = await readinessOf(service.http);
        if (reason === undefined) return;
        const { process, logFile } = service;
        const { lastEnd, starts } = process;
        // 2: what it was told does not hold, and will not hold the next time.
        const isHopeless = lastEnd === 'with exit code 2' || starts >= GIVE_UP_AFTER_STARTS;
        if (isHopeless || performance.now() > deadline) {
          const how = lastEnd === undefined ? reason : `it ended ${lastEnd}`;
          throw new ServiceNotReady(
            `${process.name} is not ready: ${how}. The end of ${logFile}:\n${lastLines(logFile, 12).join('\n')}`,
          );
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    }),
  );
}

/** Why the service is not ready; undefined when it is. */
async function readinessOf(http: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${http}/ready`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
    const text = await response.text();
    return response.ok ? undefined : text.slice(0, 500);
  } catch (error) {
    return `it does not answer (${error instanceof Error ? error.message : String(error)})`;
  }
}
