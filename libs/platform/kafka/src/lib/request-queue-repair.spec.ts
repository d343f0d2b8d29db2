import { scheduleCheck } from './request-queue-repair';

describe("kafkajs' queue of requests", () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const queueWith = (pending: unknown[], throttledUntil = -1) => ({
    pending,
    throttledUntil,
    throttleCheckTimeoutId: null as NodeJS.Timeout | null,
    checkPendingRequests: jest.fn(),
  });

  it('sets no timer while nothing waits', () => {
    scheduleCheck.call(queueWith([]));
    expect(jest.getTimerCount()).toBe(0);
  });

  it('looks again at requests that wait, once the broker may be asked again', () => {
    const queue = queueWith(['request'], Date.now() + 500);
    scheduleCheck.call(queue);
    scheduleCheck.call(queue);
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(499);
    expect(queue.checkPendingRequests).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(queue.checkPendingRequests).toHaveBeenCalledTimes(1);
  });
});
