import { create, createFileRegistry, fromBinary, fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import type { DescMethod, FileRegistry, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema, type FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import { Client, credentials, Metadata, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';

const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const FILE_CONTAINING_SYMBOL = 4;
const LIST_SERVICES = 7;
const same = (bytes: Buffer): Buffer => bytes;

/** A trading tool that knows nothing of this system but its address: it learns the services by gRPC reflection. */
export class TradingTool {
  private readonly client: Client;
  private readonly registries = new Map<string, FileRegistry>();

  constructor(
    address: string,
    private readonly token?: string,
  ) {
    this.client = new Client(address, credentials.createInsecure());
  }

  /** Full names of the services that the server has. */
  async services(): Promise<string[]> {
    const answer = await this.reflect(LIST_SERVICES, '*');
    return fieldsOf(fieldsOf(answer, 6)[0] ?? new Uint8Array(), 1).map((each) => text(fieldsOf(each, 1)[0]));
  }

  /** Calls a method by its full name, such as `trading.execution.v1.ExecutionService/ListOrders`, in JSON. */
  async call(name: string, request: JsonObject = {}): Promise<JsonObject> {
    const { method, registry, path } = await this.method(name);
    const bytes = toBinary(method.input, fromJson(method.input, request, { registry }));
    const answer = await new Promise<Buffer>((resolve, reject) => {
      this.client.makeUnaryRequest(path, same, same, Buffer.from(bytes), this.metadata(), (error, value) => {
        if (error !== null) reject(error);
        else resolve(value ?? Buffer.alloc(0));
      });
    });
    return this.json(method, answer);
  }

  /** Like {@link call} for a stream of answers; `end` closes it. */
  async stream(name: string, request: JsonObject, onAnswer: (answer: JsonObject) => void): Promise<{ end(): void }> {
    const { method, registry, path } = await this.method(name);
    const bytes = toBinary(method.input, fromJson(method.input, request, { registry }));
    const stream: ClientReadableStream<Buffer> = this.client.makeServerStreamRequest(
      path,
      same,
      same,
      Buffer.from(bytes),
      this.metadata(),
    );
    stream.on('data', (answer: Buffer) => onAnswer(this.json(method, answer)));
    stream.on('error', () => undefined);
    return { end: () => stream.cancel() };
  }

  close(): void {
    this.client.close();
  }

  private json(method: DescMethod, bytes: Buffer): JsonObject {
    return toJson(method.output, fromBinary(method.output, bytes), { alwaysEmitImplicit: true }) as JsonObject;
  }

  private metadata(): Metadata {
    const metadata = new Metadata();
    if (this.token !== undefined) metadata.set('authorization', `Bearer ${this.token}`);
    return metadata;
  }

  private async method(name: string): Promise<{ method: DescMethod; registry: FileRegistry; path: string }> {
    const [service = '', methodName = ''] = name.split('/');
    const registry = this.registries.get(service) ?? (await this.learn(service));
    const method = registry.getService(service)?.methods.find((each) => each.name === methodName);
    if (method === undefined) throw new Error(`The server has no method ${name}.`);
    return { method, registry, path: `/${name}` };
  }

  private async learn(service: string): Promise<FileRegistry> {
    const answer = await this.reflect(FILE_CONTAINING_SYMBOL, service);
    const files: FileDescriptorProto[] = fieldsOf(fieldsOf(answer, 4)[0] ?? new Uint8Array(), 1).map((bytes) =>
      fromBinary(FileDescriptorProtoSchema, bytes),
    );
    const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: dependenciesFirst(files) }));
    this.registries.set(service, registry);
    return registry;
  }

  /** One question of the reflection protocol; the answer's bytes. */
  private reflect(field: number, value: string): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const stream = this.client.makeBidiStreamRequest(REFLECTION, same, same, new Metadata());
      stream.on('data', (answer: Buffer) => {
        stream.end();
        const [problem] = fieldsOf(answer, 7);
        if (problem === undefined) resolve(answer);
        else reject(new Error(`Reflection knows no ${value}: ${text(fieldsOf(problem, 2)[0])}`));
      });
      stream.on('error', reject);
      const question = new BinaryWriter();
      question.tag(field, WireType.LengthDelimited).string(value);
      stream.write(Buffer.from(question.finish()));
    });
  }
}

/** The gRPC status and message of a refused call. */
export async function refusal(call: Promise<unknown>): Promise<{ readonly code: number; readonly message: string }> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason as ServiceError,
  );
  if (error === undefined) throw new Error('The call was not refused.');
  return { code: error.code, message: error.details };
}

/** What lies at a path of a JSON answer. */
export function at(value: JsonValue | undefined, ...path: (string | number)[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((found, key) => {
    if (Array.isArray(found)) return found[Number(key)];
    return typeof found === 'object' && found !== null ? found[key] : undefined;
  }, value);
}

/** Elements of a list field. */
export function list(answer: JsonObject, name: string): JsonObject[] {
  return (answer[name] ?? []) as JsonObject[];
}

/** Length-delimited fields of one number in an encoded message. */
function fieldsOf(message: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === wanted && wireType === WireType.LengthDelimited) found.push(reader.bytes());
    else reader.skip(wireType);
  }
  return found;
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** The registry wants every file after those that it imports. */
function dependenciesFirst(files: readonly FileDescriptorProto[]): FileDescriptorProto[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const ordered = new Set<FileDescriptorProto>();
  const add = (file: FileDescriptorProto): void => {
    for (const name of file.dependency) {
      const needed = byName.get(name);
      if (needed !== undefined && !ordered.has(needed)) add(needed);
    }
    ordered.add(file);
  };
  files.forEach(add);
  return [...ordered];
}
