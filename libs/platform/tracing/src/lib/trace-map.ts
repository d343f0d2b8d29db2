import { captureTrace, runInTrace, type Trace } from './trace';

/**
 * Traces by the id of what goes on later by another way, such as an order whose result comes back over the wire: the
 * newest `limit` of them. Empty where there are no traces.
 */
export class TraceMap {
  private readonly traces = new Map<string, Trace>();

  constructor(private readonly limit = 10_000) {}

  get size(): number {
    return this.traces.size;
  }

  /** Remembers the trace that is active now. */
  remember(id: string): void {
    const trace = captureTrace();
    if (trace === undefined) return;
    this.traces.delete(id);
    this.traces.set(id, trace);
    if (this.traces.size <= this.limit) return;
    const [oldest] = this.traces.keys();
    if (oldest !== undefined) this.traces.delete(oldest);
  }

  get(id: string): Trace | undefined {
    return this.traces.get(id);
  }

  /** Runs `work` in the trace of this id; outside any where none is known. */
  runIn<T>(id: string, work: () => T): T {
    return runInTrace(this.traces.get(id), work);
  }
}
