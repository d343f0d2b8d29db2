import { prettyLine, type LogLevel } from '@trading/platform-logging';
import { SIX, type SixName } from './six-services';

const SEVERITY: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
/** Of the terminal's palette, told apart on light and dark; red and green say bad and good already. */
const COLOURS: readonly number[] = [36, 35, 33, 34, 96, 95];
const WIDTH = Math.max(...SIX.map((name) => name.length));

/**
 * A line of a service's log as it is shown: prefixed with the service's name, undefined when it is less severe than
 * wanted. What is no JSON, such as the last words of a process, is always shown.
 */
export function shownLine(name: SixName, line: string, least: LogLevel, colours: boolean): string | undefined {
  if (line.trim() === '') return undefined;
  const prefix = prefixOf(name, colours);
  const parsed = objectOf(line);
  if (parsed === undefined) return `${prefix} ${line}\n`;
  const { service: _service, ...rest } = parsed;
  const severity = SEVERITY.findIndex((level) => level === rest['level']);
  if (severity !== -1 && severity < SEVERITY.indexOf(least)) return undefined;
  const pretty = prettyLine(JSON.stringify(rest));
  return `${prefix} ${pretty.trimEnd().replaceAll('\n', `\n${prefix} `)}\n`;
}

export function prefixOf(name: SixName, colours: boolean): string {
  const text = name.padEnd(WIDTH);
  return colours ? `\u001b[${COLOURS[SIX.indexOf(name)] ?? 0}m${text}\u001b[0m` : text;
}

function objectOf(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
