import type { Alert } from './alert';

const SIGNS = { critical: 'CRITICAL', warning: 'Warning', info: 'Info' } as const;

/** One line. */
export function subjectOf({ severity, text }: Alert): string {
  return `${SIGNS[severity]}: ${text}`;
}

/** What a person reads below the subject. */
export function textOf(
  { code, facts }: Alert,
  { service, repeated }: { readonly service: string; readonly repeated: number },
): string {
  const lines = Object.entries(facts).map(([name, value]) => `${name}: ${value}`);
  const again = repeated > 0 ? [`It happened ${repeated} more time(s) since it was told last.`] : [];
  return [`${code} from ${service}`, ...lines, ...again].join('\n');
}
