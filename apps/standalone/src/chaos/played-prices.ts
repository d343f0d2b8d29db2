import { readFileSync } from 'node:fs';

/** The quotes of a file that terminals play, to be asked for by time: whoever places orders needs a price near by. */
export class PlayedPrices {
  private readonly timesMs: number[] = [];
  private readonly bids: number[] = [];

  /** @param file as `writeFlowTicks` writes them */
  constructor(file: string) {
    for (const line of readFileSync(file, 'utf8').trimEnd().split('\n').slice(1)) {
      const [timeMs = '', bid = ''] = line.split(',');
      this.timesMs.push(Number(timeMs));
      this.bids.push(Number(bid));
    }
  }

  /** The last bid at that time; the first one before there is any. */
  bidAt(timeUs: number): number {
    let [from, to] = [0, this.timesMs.length - 1];
    while (from < to) {
      const middle = Math.ceil((from + to) / 2);
      if ((this.timesMs[middle] ?? 0) * 1_000 <= timeUs) from = middle;
      else to = middle - 1;
    }
    return this.bids[from] ?? 0;
  }
}
