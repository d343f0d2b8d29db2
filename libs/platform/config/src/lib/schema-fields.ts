import { z } from 'zod';

/** One variable of a schema as found behind its wrappers (optional, default, transform). */
export interface SchemaField {
  readonly name: string;
  /** The innermost type: what is read from the environment. */
  readonly inner: z.core.$ZodType;
  readonly isRequired: boolean;
  readonly isSecret: boolean;
  /** The value may be in the file that `<NAME>_FILE` names: secrets, and what is too long for an environment. */
  readonly mayBeFile: boolean;
  readonly defaultValue: unknown;
  readonly description: string;
  /** How the type is called in tables, where the schema says so. */
  readonly typeName: string | undefined;
}

/** The variables of an object schema, in the order in which they are declared. */
export function schemaFields(schema: z.core.$ZodType): SchemaField[] {
  const object = objectOf(schema);
  return Object.entries(object._zod.def.shape).map(([name, type]) => unwrap(name, type));
}

function objectOf(schema: z.core.$ZodType): z.core.$ZodObject {
  if (schema instanceof z.core.$ZodObject) {
    return schema;
  }
  if (schema instanceof z.core.$ZodPipe) {
    return objectOf(schema._zod.def.in);
  }
  throw new TypeError('A configuration schema is a zod object, or one with a transform.');
}

function unwrap(name: string, type: z.core.$ZodType): SchemaField {
  let isRequired = true;
  let defaultValue: unknown;
  let meta: z.core.GlobalMeta & Record<string, unknown> = {};
  for (;;) {
    // What is said further outside is more special than what the inner type says of itself.
    meta = { ...z.globalRegistry.get(type), ...meta };
    if (type instanceof z.core.$ZodDefault || type instanceof z.core.$ZodPrefault) {
      isRequired = false;
      defaultValue ??= type._zod.def.defaultValue;
      type = type._zod.def.innerType;
    } else if (type instanceof z.core.$ZodOptional) {
      isRequired = false;
      type = type._zod.def.innerType;
    } else if (type instanceof z.core.$ZodPipe) {
      type = type._zod.def.in;
    } else {
      break;
    }
  }
  return {
    name,
    inner: type,
    isRequired,
    isSecret: meta['secret'] === true,
    mayBeFile: meta['file'] === true || (meta['secret'] === true && meta['file'] !== false),
    defaultValue,
    description: meta.description ?? '',
    typeName: typeof meta['type'] === 'string' ? meta['type'] : undefined,
  };
}
