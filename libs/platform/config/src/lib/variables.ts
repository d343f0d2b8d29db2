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

/** Where a service listens: `host:port`, or what gRPC resolves, such as `dns:///execution-service:9090`. */
export function address(description: string) {
  return z
    .string()
    .regex(/^\S+:\d{1,5}$/, { error: 'expected host:port' })
    .meta({ description, type: 'host:port' });
}

/** A value of several fields, as JSON in the variable or in the file that `<NAME>_FILE` names. */
export function json<T>(contents: z.ZodType<T>, description: string) {
  return z
    .string()
    .transform((text, context): T => {
      const refuse = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        // The parser's own message quotes the text, which may hold a secret.
        return refuse('expected JSON');
      }
      const parsed = contents.safeParse(value);
      return parsed.success ? parsed.data : refuse(parsed.error.issues.map(placeAndReason).join('; '));
    })
    .meta({ description, type: 'JSON', file: true });
}

/** `[0].symbol: expected string, received undefined` */
function placeAndReason({ path, message }: z.core.$ZodIssue): string {
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  const reason = message.replace(/^Invalid (?:input|option|string): /, '');
  return place === '' ? reason : `${place.replace(/^\./, '')}: ${reason}`;
}
