import { QuietLog } from './quiet-log';

describe('QuietLog', () => {
  it('says each kind of complaint once in ten seconds, with all that happened since', () => {
    const said: unknown[] = [];
    let nowMs = 0;
    const log = new QuietLog({ warn: (fields) => said.push(fields) }, () => nowMs);
    log.warn('dropped', 5, 'rows dropped');
    log.warn('dropped', 7, 'rows dropped');
    log.warn('refused', 1, 'rows refused', 'too old');
    nowMs = 10_000;
    log.warn('dropped', 8, 'rows dropped');
    expect(said).toEqual([{ dropped: 5 }, { refused: 1, error: 'too old' }, { dropped: 15 }]);
  });
});
