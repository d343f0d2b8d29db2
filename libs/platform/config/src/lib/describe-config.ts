import { z } from 'zod';
import { schemaFields, type SchemaField } from './schema-fields';

/** One row of the generated table of variables. */
export interface ConfigRow {
  readonly name: string;
  readonly type: string;
  /** `required`, the default as text, or empty for an optional variable. A secret's default is not shown. */
  readonly default: string;
  readonly description: string;
  readonly secret: boolean;
  /** May be given as a file too: `<NAME>_FILE`. */
  readonly file: boolean;
}

/** The variables of a configuration schema, for the table in the documentation. */
export function describeConfig(schema: z.core.$ZodType): ConfigRow[] {
  return schemaFields(schema).map((field) => ({
    name: field.name,
    type: field.typeName ?? typeOf(field.inner),
    default: defaultOf(field),
    description: field.description,
    secret: field.isSecret,
    file: field.mayBeFile,
  }));
}

function defaultOf(field: SchemaField): string {
  if (field.isRequired) {
    return 'required';
  }
  if (field.defaultValue === undefined) {
    return '';
  }
  if (field.isSecret) {
    return '(hidden)';
  }
  if (Array.isArray(field.defaultValue) && field.typeName !== 'JSON') {
    return field.defaultValue.join(',');
  }
  return typeof field.defaultValue === 'string' ? field.defaultValue : JSON.stringify(field.defaultValue);
}

function typeOf(type: z.core.$ZodType): string {
  if (type instanceof z.core.$ZodEnum) {
    return Object.values(type._zod.def.entries).join(' | ');
  }
  if (type instanceof z.ZodNumber) {
    return type.format?.includes('int') === true ? 'integer' : 'number';
  }
  return type._zod.def.type;
}
