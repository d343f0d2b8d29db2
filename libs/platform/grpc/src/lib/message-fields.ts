import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** The fields of a protobuf message by number, for the few standard messages that no generated code reads here. */
export interface MessageFields {
  /** Of a repeated field of messages, strings or bytes. */
  bytes(field: number): readonly Uint8Array[];
  messages(field: number): readonly MessageFields[];
  /** Empty where absent, as in proto3. */
  text(field: number): string;
  /** Of an integer, a boolean or an enumeration. */
  number(field: number): number | undefined;
}

/** @throws for what is not a message */
export function fieldsOf(message: Uint8Array): MessageFields {
  const reader = new BinaryReader(message);
  const bytes = new Map<number, Uint8Array[]>();
  const numbers = new Map<number, number>();
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) {
      bytes.set(field, [...(bytes.get(field) ?? []), reader.bytes()]);
    } else if (wireType === WireType.Varint) {
      numbers.set(field, Number(reader.uint64()));
    } else {
      reader.skip(wireType);
    }
  }
  return {
    bytes: (field) => bytes.get(field) ?? [],
    messages: (field) => (bytes.get(field) ?? []).map(fieldsOf),
    text: (field) => Buffer.from(bytes.get(field)?.[0] ?? []).toString('utf8'),
    number: (field) => numbers.get(field),
  };
}
