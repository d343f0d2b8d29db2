import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema, MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import { decision, execution, gateway, prediction, risk } from '../index';
import { reflectionImage } from './reflection';

interface Method {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

const SERVICES: Readonly<Record<string, Readonly<Record<string, Method>>>> = {
  'trading.gateway.v1.GatewayService': gateway.GatewayServiceService,
  'trading.prediction.v1.PredictionService': prediction.PredictionServiceService,
  'trading.decision.v1.DecisionService': decision.DecisionServiceService,
  'trading.execution.v1.ExecutionService': execution.ExecutionServiceService,
  'trading.risk.v1.RiskManagerService': risk.RiskManagerServiceService,
};

const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, reflectionImage()));
const services = [...files].filter((type) => type.kind === 'service');

describe('the reflection image', () => {
  it('describes the services that the generated definitions serve, and no other', () => {
    expect(services.map(({ typeName }) => typeName).toSorted()).toEqual(Object.keys(SERVICES).toSorted());
  });

  it.each(Object.entries(SERVICES))('describes the calls of %s as they are served', (name, served) => {
    const described = services
      .find(({ typeName }) => typeName === name)
      ?.methods.map((method) => `/${name}/${method.name} ${method.methodKind}`);
    const definitions = Object.values(served).map(
      ({ path, requestStream, responseStream }) =>
        `${path} ${requestStream ? (responseStream ? 'bidi_streaming' : 'client_streaming') : responseStream ? 'server_streaming' : 'unary'}`,
    );
    expect(described?.toSorted()).toEqual(definitions.toSorted());
  });
});

describe('the calls that may be made again', () => {
  const marked = (level: MethodOptions_IdempotencyLevel): string[] =>
    services.flatMap(({ name, methods }) =>
      methods.filter(({ idempotency }) => idempotency === level).map((method) => `${name}.${method.name}`),
    );

  it('are those that only read', () => {
    const reading = marked(MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS);
    expect(reading).toContain('ExecutionService.GetOrder');
    expect(reading.filter((name) => !/\.(?:Get|List|Query|Explain)/.test(name))).toEqual([]);
  });

  it('and those that know an order, a request or a difference by its id, or only go forward', () => {
    expect(marked(MethodOptions_IdempotencyLevel.IDEMPOTENT).toSorted()).toEqual([
      'ExecutionService.ClosePosition',
      'ExecutionService.ModifyPosition',
      'ExecutionService.Reconcile',
      'ExecutionService.ResolveDifference',
      'ExecutionService.SubmitOrder',
      'GatewayService.EndSync',
      'GatewayService.Fence',
      'RiskManagerService.CheckOrder',
    ]);
  });
});
