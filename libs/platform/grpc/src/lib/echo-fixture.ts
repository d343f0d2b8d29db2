import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Observable } from 'rxjs';

/** A service as ts-proto would generate it, but in JSON: platform has no contracts to test with. */
export interface EchoRequest {
  readonly text: string;
}
export interface EchoService {
  say(request: EchoRequest): Promise<EchoRequest>;
  repeat(request: EchoRequest): Observable<EchoRequest>;
  look(request: EchoRequest): Promise<EchoRequest>;
}

const serialize = (value: EchoRequest): Buffer => Buffer.from(JSON.stringify(value));
const deserialize = (bytes: Buffer): EchoRequest => JSON.parse(bytes.toString()) as EchoRequest;

const method = <R extends boolean>(name: string, responseStream: R) => ({
  path: `/trading.echo.v1.EchoService/${name}`,
  requestStream: false as const,
  responseStream,
  requestSerialize: serialize,
  requestDeserialize: deserialize,
  responseSerialize: serialize,
  responseDeserialize: deserialize,
});

export const EchoServiceDefinition = {
  say: method('Say', false),
  repeat: method('Repeat', true),
  look: method('Look', false),
} as const;

/** The descriptor image of the service (descriptor.proto's field numbers), as `buf build` makes them; `Look` only reads. */
export function echoImage(): Uint8Array {
  const message = (write: (writer: BinaryWriter) => void): Uint8Array => {
    const writer = new BinaryWriter();
    write(writer);
    return writer.finish();
  };
  const STRING = 9;
  const OPTIONAL = 1;
  const type = '.trading.echo.v1.EchoRequest';
  const field = message((w) => {
    w.uint32(10).string('text').uint32(24).int32(1).uint32(32).int32(OPTIONAL).uint32(40).int32(STRING);
  });
  const NO_SIDE_EFFECTS = message((w) => w.uint32(272).int32(1));
  const rpc = (name: string, serverStreaming: boolean, options: Uint8Array = new Uint8Array()): Uint8Array =>
    message((w) => {
      w.uint32(10).string(name).uint32(18).string(type).uint32(26).string(type);
      w.uint32(34).bytes(options).uint32(48).bool(serverStreaming);
    });
  const service = (name: string): Uint8Array =>
    message((w) => {
      w.uint32(10).string(name);
      w.uint32(18).bytes(rpc('Say', false)).uint32(18).bytes(rpc('Repeat', true));
      w.uint32(18).bytes(rpc('Look', false, NO_SIDE_EFFECTS));
    });
  const file = message((w) => {
    w.uint32(10).string('trading/echo/v1/echo.proto').uint32(18).string('trading.echo.v1');
    w.uint32(34).bytes(message((m) => m.uint32(10).string('EchoRequest').uint32(18).bytes(field)));
    w.uint32(50).bytes(service('EchoService')).uint32(50).bytes(service('ServiceOfAnotherProcess'));
    w.uint32(98).string('proto3');
  });
  return message((w) => w.uint32(10).bytes(file));
}
