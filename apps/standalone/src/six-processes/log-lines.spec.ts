import { shownLine } from './log-lines';

const line = (level: string, more: object = {}): string =>
  JSON.stringify({ level, time: '2026-01-02T03:04:05.678Z', service: 'execution', message: 'Said.', ...more });

describe('a line of a service', () => {
  it('is shown for people, after the name of the service', () => {
    expect(shownLine('execution', line('warn', { port: 1 }), 'warn', false)).toBe(
      'execution    03:04:05.678 WARN  Said. port=1\n',
    );
  });

  it('is left to the log file when it is less severe than wanted', () => {
    expect(shownLine('execution', line('info'), 'warn', false)).toBeUndefined();
    expect(shownLine('execution', line('info'), 'info', false)).toBeDefined();
  });

  it('is shown as it is when it is no JSON, such as the last words of a process', () => {
    expect(shownLine('decision', 'decision did not start.', 'error', false)).toBe(
      'decision     decision did not start.\n',
    );
    expect(shownLine('decision', '{broken', 'error', false)).toContain('{broken');
    expect(shownLine('decision', '', 'error', false)).toBeUndefined();
  });

  it('keeps its prefix over several lines, coloured where colours are wanted', () => {
    const text = shownLine('execution', line('error', { error: { stack: 'Error: x\n    at y' } }), 'warn', false) ?? '';
    expect(
      text
        .trimEnd()
        .split('\n')
        .every((each) => each.startsWith('execution ')),
    ).toBe(true);
    expect(shownLine('prediction', line('warn'), 'warn', true)).toContain('\u001b[36mprediction  \u001b[0m ');
  });
});
