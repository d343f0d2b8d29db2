export interface ListenPort {
  readonly port: number;
  /** The preferred port was taken: this is another. */ readonly moved: boolean;
}
export declare function chooseListenPort(
  host: string,
  preferred: number,
  explicit: boolean,
  option?: string,
): Promise<ListenPort>;
