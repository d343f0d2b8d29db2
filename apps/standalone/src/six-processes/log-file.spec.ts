import { appendFileSync, closeSync, mkdtempSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLines, LogFile } from './log-file';

describe('the log of a service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trade-log-'));
  const path = join(folder, 'logs/execution.log');
  let lines: string[];
  let log: LogFile;
  beforeEach(() => {
    lines = [];
    log = LogFile.follow(path, (line) => lines.push(line));
  });
  afterEach(() => {
    log.close();
    rmSync(path, { force: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read line by line, from what is written after the beginning', () => {
    appendFileSync(path, 'one\ntw');
    log.read();
    expect(lines).toEqual(['one']);
    appendFileSync(path, 'o\n');
    log.read();
    expect(lines).toEqual(['one', 'two']);
    log.close();
    const later: string[] = [];
    const next = LogFile.follow(path, (line) => later.push(line));
    const file = next.openForAppend();
    writeSync(file, 'three\n');
    closeSync(file);
    next.close();
    expect(later).toEqual(['three']);
    expect(lastLines(path, 2)).toEqual(['two', 'three']);
  });

  it('keeps characters whole that are written in pieces, and goes on when it is emptied', () => {
    const euro = Buffer.from('5 €\n');
    appendFileSync(path, euro.subarray(0, 3));
    log.read();
    appendFileSync(path, euro.subarray(3));
    log.read();
    writeFileSync(path, 'new\n');
    log.read();
    expect(lines).toEqual(['5 €', 'new']);
  });

  it('has no lines before it exists', () => {
    log.read();
    expect(lines).toEqual([]);
    expect(lastLines(join(folder, 'none.log'), 3)).toEqual([]);
  });
});
