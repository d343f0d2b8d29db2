import { generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common } from '@trading/contracts';
import { silentLogger } from '@trading/platform-logging';
import { ApprovalSigner } from './approval-signer';
import { KeyringFile, KeyringInvalid } from './keyring-file';

const pairs = { old: generateKeyPairSync('ed25519'), new: generateKeyPairSync('ed25519') };
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const KEYS = { old: pem(pairs.old.privateKey), new: pem(pairs.new.privateKey) };
const ENVELOPE = common.ApprovalEnvelope.fromPartial({ coid: 'order-1', epoch: 3 });

/** As a gateway verifies: by the key that the approval names, if it knows that. */
function lets(approval: common.Approval, known: readonly (keyof typeof pairs)[]): boolean {
  const id = known.find((each) => each === approval.keyId);
  return id !== undefined && verify(null, approval.envelope, pairs[id].publicKey, approval.signature);
}

describe('signing keys', () => {
  it('are rotated without a moment at which an approval is refused', () => {
    const signer = new ApprovalSigner({ activeId: 'old', keys: { old: KEYS.old } });
    const before = signer.sign(ENVELOPE);
    expect([lets(before, ['old']), lets(before, ['old', 'new'])]).toEqual([true, true]);
    signer.use({ activeId: 'new', keys: KEYS });
    const after = signer.sign(ENVELOPE);
    expect([after.keyId, lets(after, ['old', 'new']), lets(before, ['old', 'new'])]).toEqual(['new', true, true]);
    // What the older key signed stays as it is while the key is here, and is signed anew when it is not.
    expect(signer.signAgain(before, 3)).toBe(before);
    signer.use({ activeId: 'new', keys: { new: KEYS.new } });
    const again = signer.signAgain(before, 3);
    expect([again.keyId, lets(again, ['new'])]).toEqual(['new', true]);
    expect(common.ApprovalEnvelope.decode(again.envelope)).toMatchObject({ coid: 'order-1', epoch: 3 });
  });

  it('stay in use when others cannot be used', () => {
    const signer = new ApprovalSigner({ activeId: 'old', keys: { old: KEYS.old } });
    const other = pem(generateKeyPairSync('x25519').privateKey);
    expect(() => signer.use({ activeId: 'new', keys: { old: KEYS.old } })).toThrow('no signing key new');
    expect(() => signer.use({ activeId: 'new', keys: { new: other } })).toThrow();
    expect(() => signer.use({ activeId: 'new', keys: { new: 'nonsense' } })).toThrow();
    expect(lets(signer.sign(ENVELOPE), ['old'])).toBe(true);
  });
});

describe('a file of signing keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trading-keys-'));
  const path = join(folder, 'keys.json');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (active: string, keys: object): void => writeFileSync(path, JSON.stringify({ active, keys }));

  it('is followed, and what is wrong with it changes nothing and shows no key', async () => {
    write('old', { old: KEYS.old });
    const signer = new ApprovalSigner({ activeId: 'old', keys: { old: KEYS.old } });
    const warned: string[] = [];
    const logger = {
      ...silentLogger,
      warn: (fields: object) => void warned.push(JSON.stringify(fields)),
      info: jest.fn(),
    };
    const file = new KeyringFile(path, (keys) => signer.use(keys), logger);
    file.open();
    write('new', KEYS);
    await file.check();
    expect(signer.sign(ENVELOPE).keyId).toBe('new');
    for (const text of ['', '{"active":"old"}', JSON.stringify({ active: 'gone', keys: KEYS }), KEYS.old]) {
      writeFileSync(path, text);
      await file.check();
    }
    rmSync(path);
    await file.check();
    file.close();
    expect(signer.sign(ENVELOPE).keyId).toBe('new');
    expect(warned).toHaveLength(5);
    expect(warned.join()).not.toContain('PRIVATE');
  });

  it('is refused at the start when it holds no keys', () => {
    writeFileSync(path, '[]');
    expect(() => new KeyringFile(path, () => undefined, silentLogger).open()).toThrow(KeyringInvalid);
  });
});
