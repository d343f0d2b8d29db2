import { Metadata } from '@grpc/grpc-js';
import { requireOperator, requireServiceOrOperator } from './access-tokens';
import { RpcError } from './rpc-error';

const tokens = { operator: 'op-token', service: 'svc-token' };
const withHeader = (header?: string): Metadata => {
  const metadata = new Metadata();
  if (header !== undefined) {
    metadata.set('authorization', header);
  }
  return metadata;
};
const refusal = (run: () => unknown): [string, string] => {
  try {
    run();
  } catch (error) {
    if (error instanceof RpcError) {
      return [error.status, error.code];
    }
  }
  throw new Error('The caller was let in.');
};

describe('access tokens', () => {
  it("let the operator in with the operator's token", () => {
    expect(requireOperator(withHeader('Bearer op-token'), tokens)).toBe('operator');
    expect(requireServiceOrOperator(withHeader('bearer op-token'), tokens)).toBe('operator');
  });

  it('let a service in only where services may', () => {
    expect(requireServiceOrOperator(withHeader('Bearer svc-token'), tokens)).toBe('service');
    expect(refusal(() => requireOperator(withHeader('Bearer svc-token'), tokens))).toEqual([
      'PERMISSION_DENIED',
      'OPERATOR_REQUIRED',
    ]);
  });

  it.each([
    [undefined, 'TOKEN_MISSING'],
    ['op-token', 'TOKEN_MISSING'],
    ['Bearer ', 'TOKEN_MISSING'],
    ['Bearer op-toke', 'TOKEN_INVALID'],
    ['Bearer op-tokenn', 'TOKEN_INVALID'],
  ])('refuse %p', (header, code) => {
    expect(refusal(() => requireOperator(withHeader(header), tokens))).toEqual(['UNAUTHENTICATED', code]);
    expect(refusal(() => requireServiceOrOperator(withHeader(header), tokens))).toEqual(['UNAUTHENTICATED', code]);
  });

  it('let nobody in where none is configured', () => {
    for (const none of [{}, { operator: '', service: '' }]) {
      expect(refusal(() => requireServiceOrOperator(withHeader('Bearer x'), none))[1]).toBe('TOKEN_INVALID');
      expect(refusal(() => requireOperator(withHeader('Bearer undefined'), none))[1]).toBe('TOKEN_INVALID');
    }
  });
});
