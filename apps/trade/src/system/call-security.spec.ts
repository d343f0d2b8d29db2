import { OptionValues } from '../cli/command';
import { openCallSecurity } from './call-security';

const open = (options: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) =>
  openCallSecurity({ options: new OptionValues(new Map(Object.entries(options))), env, cwd: '/no/such/folder' });

describe('the certificates of a command', () => {
  it('are none where nobody names any', async () => {
    expect(await open({ grpc: 'execution:9090' })).toBeUndefined();
    expect(await open({ grpc: 'execution:9090' }, { GRPC_TLS_CA_FILE: '' })).toBeUndefined();
  });

  it('are those of the environment only for a system that is named, for one that is found talks plaintext', async () => {
    const env = { GRPC_TLS_CA_FILE: 'house.pem' };
    expect(await open({}, env)).toBeUndefined();
    await expect(open({ grpc: 'execution:9090' }, env)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('/no/such/folder/house.pem'),
    });
  });

  it('are refused when they do not make TLS, by the name of the file', async () => {
    await expect(open({ ca: '/nothing.pem' })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('/nothing.pem'),
    });
    await expect(open({ cert: 'own.pem' })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('its key'),
    });
  });
});
