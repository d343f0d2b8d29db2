/** What was found about one thing that the system needs. */
export interface Finding {
  readonly what: string;
  /** `warning`: it works without, or otherwise. */
  readonly state: 'ok' | 'warning' | 'missing';
  /** What is there, or what is wrong. */
  readonly found: string;
  /** How to get it; empty when nothing is to be done. */
  readonly advice: string;
  /** The Debian package that has it, where one does. */
  readonly debianPackage?: string;
}

export function ok(what: string, found: string): Finding {
  return { what, state: 'ok', found, advice: '' };
}

export function missing(what: string, found: string, advice: string, debianPackage?: string): Finding {
  return { what, state: 'missing', found, advice, ...(debianPackage !== undefined && { debianPackage }) };
}

export function warning(what: string, found: string, advice: string, debianPackage?: string): Finding {
  return { what, state: 'warning', found, advice, ...(debianPackage !== undefined && { debianPackage }) };
}
