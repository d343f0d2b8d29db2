import * as fc from 'fast-check';
import { handshakeMac, newNonce, orderTag, sameMac } from './proofs';
import type { HandshakeFacts } from './proofs';

const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const FACTS: HandshakeFacts = {
  keyId: 'k1',
  nonceC: '00112233445566778899aabbccddeeff',
  nonceS: 'ffeeddccbbaa99887766554433221100',
  sid: 's-1',
  login: '1001',
  server: 'Paper-1',
};

describe('the proofs of the handshake', () => {
  // Golden: a terminal written in another language must arrive at the same letters.
  it('are HMAC-SHA256 over the facts joined by |', () => {
    expect(handshakeMac(KEY, 'ea1', FACTS)).toBe('489b2b7bd481406d97d27c4d2fd908c68c2fa14ee5663f7e90724c048bf8bd14');
    expect(handshakeMac(KEY, 'gw1', FACTS)).toBe('0cc8e3e8b302ec86d21e9b1b4da6298c81f7a1c639264fbc6a66f1fd0ea99190');
  });

  it.each(Object.keys(FACTS))('change with %s', (fact) => {
    expect(handshakeMac(KEY, 'ea1', { ...FACTS, [fact]: 'other' })).not.toBe(handshakeMac(KEY, 'ea1', FACTS));
  });

  it('of one side are not those of the other, nor of another key', () => {
    expect(handshakeMac(KEY, 'ea1', FACTS)).not.toBe(handshakeMac(KEY, 'gw1', FACTS));
    expect(handshakeMac(Buffer.alloc(16), 'ea1', FACTS)).not.toBe(handshakeMac(KEY, 'ea1', FACTS));
  });

  it('are equal only when all their letters are', () => {
    const mac = handshakeMac(KEY, 'ea1', FACTS);
    expect(sameMac(mac, mac)).toBe(true);
    expect(sameMac(mac, mac.slice(0, -1))).toBe(false);
    expect(sameMac(mac, `${mac.slice(0, -1)}${mac.endsWith('0') ? '1' : '0'}`)).toBe(false);
    expect(sameMac(mac, '')).toBe(false);
  });

  it('start from nonces that never repeat', () => {
    expect(newNonce()).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(Array.from({ length: 100 }, newNonce)).size).toBe(100);
  });
});

describe('the tag of an order', () => {
  it('is Q and the first 65 bits of its hash, most significant first', () => {
    expect(orderTag('')).toBe('QWERC8GMRZGE19');
    expect(orderTag('decision-1/0')).toBe('Q1ZSHBEG6EGC8R');
  });

  it('fits the comment that every broker keeps, in letters that no broker changes', () => {
    fc.assert(
      fc.property(fc.string(), (coid) => /^Q[0-9A-HJKMNP-TV-Z]{13}$/.test(orderTag(coid))),
      { seed: 42 },
    );
  });
});
