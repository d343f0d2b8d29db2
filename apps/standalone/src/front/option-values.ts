import { UsageError } from './usage-error';

/** The values given on a command line, by option name, read one at a time with what each must be. */
export class OptionValues {
  constructor(
    private readonly given: ReadonlyMap<string, readonly string[]>,
    private readonly switches: ReadonlySet<string>,
  ) {}

  isOn(name: string): boolean {
    return this.switches.has(name);
  }

  all(name: string): readonly string[] {
    return this.given.get(name) ?? [];
  }

  /** The last one given. */
  text(name: string): string | undefined {
    return this.all(name).at(-1);
  }

  oneOf<T extends string>(name: string, words: readonly T[], otherwise: T): T {
    const text = this.text(name);
    if (text === undefined) return otherwise;
    return words.find((word) => word === text) ?? refuse(name, `one of ${words.join(', ')}`, text);
  }

  /** A whole number from `min` to `max`. */
  integer(name: string, otherwise: number, min: number, max: number): number {
    const text = this.text(name);
    if (text === undefined) return otherwise;
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    return refuse(
      name,
      max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`,
      text,
    );
  }

  /** A number of at least 0. */
  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    return isDecimal(text) ? Number(text) : refuse(name, 'a number of at least 0, such as 10 or 2.5', text);
  }

  /** Money as a decimal string, exact, at least 0 or above 0. */
  money(name: string, otherwise: string, least: 'zero' | 'above zero'): string {
    const text = this.text(name);
    if (text === undefined) return otherwise;
    if (isDecimal(text) && (least === 'zero' || Number(text) > 0)) return text.replace(/^0+(?=\d)/, '');
    return refuse(name, `an amount ${least === 'zero' ? 'of at least 0' : 'above 0'}, such as 2.50`, text);
  }
}

function isDecimal(text: string): boolean {
  return /^\d{1,15}(\.\d{1,10})?$/.test(text);
}

/** @throws UsageError always: what was wrong, where, and what was expected */
export function refuse(option: string, expected: string, found: string): never {
  throw new UsageError(`--${option}: expected ${expected}, found "${found}".`);
}
