import { z } from 'zod';

const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];

/** A secret: never shown, and readable from the file that `<NAME>_FILE` names (trailing line ends are cut). */
export function secret(description: string) {
  return z.string().min(1).meta({ description, secret: true });
}

/** `true/1/yes/on` or `false/0/no/off`, in any case. */
export function flag(description: string) {
  return z
    .string()
    .transform((text, context) => {
      const word = text.trim().toLowerCase();
      if (!TRUE.includes(word) && !FALSE.includes(word)) {
        context.addIssue({ code: 'custom', message: 'expected true or false' });
        return z.NEVER;
      }
      return TRUE.includes(word);
    })
    .meta({ description, type: 'true | false' });
}

/** A TCP port; 0 lets the system choose. */
export function port(description: string) {
  return z.coerce.number().int().min(0).max(65535).meta({ description, type: 'port' });
}

/** A list separated by commas; blanks around and empty items are dropped. */
export function commaSeparated(description: string) {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .meta({ description, type: 'a,b,…' });
}
