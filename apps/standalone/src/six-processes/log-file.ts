import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

const LOOK_EVERY_MS = 100;
const CHUNK = 64 * 1024;
/** At the start, a longer log is put aside. */
const LONG = 50 * 1024 * 1024;

/**
 * The log of a service, which the service writes itself: it goes on when we are killed, and nobody waits for a reader.
 * We read along.
 */
export class LogFile {
  private position: number;
  private rest = '';
  private readonly decoder = new StringDecoder('utf8');
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    readonly path: string,
    private readonly onLine: (line: string) => void,
  ) {
    this.position = existsSync(path) ? statSync(path).size : 0;
  }

  /** Reads what is written from now on. */
  static follow(path: string, onLine: (line: string) => void): LogFile {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (existsSync(path) && statSync(path).size > LONG) renameSync(path, `${path}.1`);
    const log = new LogFile(path, onLine);
    log.timer = setInterval(() => log.read(), LOOK_EVERY_MS);
    log.timer.unref();
    return log;
  }

  /** For a process to write to. */
  openForAppend(): number {
    return openSync(this.path, 'a', 0o600);
  }

  /** Passes on what was written until now. */
  read(): void {
    if (!existsSync(this.path)) return;
    const file = openSync(this.path, 'r');
    try {
      // Emptied by hand.
      if (fstatSync(file).size < this.position) this.position = 0;
      const buffer = Buffer.alloc(CHUNK);
      for (;;) {
        const length = readSync(file, buffer, 0, CHUNK, this.position);
        if (length === 0) break;
        this.position += length;
        this.take(this.decoder.write(buffer.subarray(0, length)));
      }
    } finally {
      closeSync(file);
    }
  }

  close(): void {
    clearInterval(this.timer);
    this.read();
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.onLine(line);
  }
}

/** The last lines of a log. */
export function lastLines(path: string, count: number): string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count);
}
