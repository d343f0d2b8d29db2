import { echoImage } from './echo-fixture';
import { idempotencyOf } from './idempotency';

describe('idempotency', () => {
  it('is read from the levels in an image, by path', () => {
    const { withoutEffects, repeatable } = idempotencyOf(echoImage());
    const look = '/trading.echo.v1.EchoService/Look';
    expect(withoutEffects.has(look)).toBe(true);
    expect(repeatable.has(look)).toBe(true);
    expect([...repeatable].filter((path) => !path.endsWith('/Look'))).toEqual([]);
  });

  it('is unknown without an image', () => {
    expect(idempotencyOf(new Uint8Array()).repeatable.size).toBe(0);
  });
});
