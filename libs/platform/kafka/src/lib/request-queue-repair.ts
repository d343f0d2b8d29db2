import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

/** kafkajs' own pause before it looks again at requests that wait for others. */
const CHECK_INTERVAL_MS = 10;

/**
 * Every connection of kafkajs 2.2.4 wakes once per millisecond, for ever, through a timer with a negative duration
 * (which newer Nodes warn of), to see whether requests wait. It is replaced by a timer only while some do.
 * See https://github.com/tulios/kafkajs/issues/1751.
 */
export function repairRequestQueue(): void {
  const { prototype } = createRequire(__filename)('kafkajs/src/network/requestQueue') as {
    prototype: { scheduleCheckPendingRequests(this: RequestQueue): void };
  };
  prototype.scheduleCheckPendingRequests = scheduleCheck;
}

export function scheduleCheck(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  const throttledMs = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttledMs > 0 ? throttledMs : CHECK_INTERVAL_MS,
  );
}
