import type { FailCondition } from '@trading/trading-evaluation';
import type { PathModel, Timeframe } from '@trading/trading-market';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** A port to listen on; 0 is any free one. */
export interface PortChoice {
  readonly port: number;
  /** Asked for by name: then only this port will do. */
  readonly explicit: boolean;
}

/** What `./trade up` was asked to do: checked as far as that needs no file. */
export interface UpOptions {
  /** Absolute paths, at least one. */
  readonly data: readonly string[];
  /** Nobody named data: the S&P 500 that is shipped. */
  readonly isDefaultData: boolean;
  readonly symbol: string;
  /** Bars on which the strategy decides, where it was said. */
  readonly timeframe: Timeframe | undefined;
  /** Time zone of times that name none, as `parseZone` takes it. */
  readonly tz: string | undefined;
  readonly strategy: string;
  /** Complete, defaults included. */
  readonly strategyParams: Readonly<Record<string, number>>;
  /** Decimal string, account currency. */
  readonly balance: string;
  readonly leverage: number;
  /** Decimal string, account currency per lot and side. */
  readonly commission: string;
  /** Points between bid and ask of data that has only one price; absent: a usual one for the instrument. */
  readonly spread: number | undefined;
  /** Points by which fills are worse than the quote. */
  readonly slippage: number;
  readonly path: PathModel;
  readonly speed: 'max' | 'realtime' | number;
  readonly exitAtEnd: boolean;
  readonly failIf: readonly FailCondition[];
  readonly fresh: boolean;
  /** Absolute path. */
  readonly dataDir: string;
  readonly ports: {
    readonly http: PortChoice;
    readonly grpc: PortChoice;
    readonly terminal: PortChoice;
    readonly postgres: PortChoice;
  };
  readonly onBadRow: 'fail' | 'skip';
  readonly seed: number;
  readonly json: boolean;
  readonly logLevel: LogLevel;
}
