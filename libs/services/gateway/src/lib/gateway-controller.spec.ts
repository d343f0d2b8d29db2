import { Metadata } from '@grpc/grpc-js';
import { GatewayController } from './gateway-controller';
import type { GatewayUseCases } from './gateway-service';

describe('the door of a gateway', () => {
  const halts: boolean[] = [];
  const useCases = {
    setHalt: async ({ halted }: { readonly halted: boolean }) => {
      halts.push(halted);
      return { accountIds: [] };
    },
  };
  const door = new GatewayController(useCases as unknown as GatewayUseCases, { operator: 'op', service: 'svc' });
  const setHalt = async (token: string, halted: boolean) => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    return door.setHalt({ accountId: 'a', halted, reason: 'test' }, metadata);
  };
  beforeEach(() => (halts.length = 0));

  it('lets services hold an account, and only operators let it go', async () => {
    await setHalt('svc', true);
    await expect(setHalt('svc', false)).rejects.toMatchObject({ code: 'OPERATOR_REQUIRED' });
    await setHalt('op', false);
    expect(halts).toEqual([true, false]);
  });
});
