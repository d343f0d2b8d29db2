import { affectedApps } from './affected';
import { APPS, type Manifest, manifestText, mergeManifest, parseManifest } from './manifest';

const digestOf = (digit: string): string => `sha256:${digit.repeat(64)}`;
const commitOf = (digit: string): string => digit.repeat(40);
const first = mergeManifest({
  previous: undefined,
  built: APPS.map((app) => ({ app, digest: digestOf('a') })),
  branch: 'main',
  commit: commitOf('1'),
});

describe('a manifest', () => {
  it('changes only the entries of what was built', () => {
    const built = [{ app: 'execution' as const, digest: digestOf('b') }];
    const next = mergeManifest({ previous: first, built, branch: 'main', commit: commitOf('2') });
    expect(next.images).toEqual({ ...first.images, execution: { digest: digestOf('b'), commit: commitOf('2') } });
    expect(next.commit).toBe(commitOf('2'));
  });

  it('keeps every image when nothing was built', () => {
    const next = mergeManifest({ previous: first, built: [], branch: 'main', commit: commitOf('2') });
    expect(next).toEqual({ ...first, commit: commitOf('2') });
  });

  it('is the same text whatever the order of its entries', () => {
    const images = Object.fromEntries(Object.entries(first.images).reverse()) as Manifest['images'];
    expect(manifestText({ ...first, images })).toBe(manifestText(first));
    expect(parseManifest(manifestText(first), 'manifest.json')).toEqual(first);
  });

  it.each([
    ['an image that was never built', { built: [] }, /images.prediction/],
    [
      'an image that was built twice',
      { built: [0, 1].map(() => ({ app: 'trade' as const, digest: digestOf('a') })) },
      /trade: is there twice/,
    ],
    [
      'the manifest of another branch',
      { previous: { ...first, branch: 'develop' as const }, built: [] },
      /branch: is develop/,
    ],
    ['a commit that is none', { previous: first, built: [], commit: 'HEAD' }, /commit: expected the 40 digits/],
  ])('refuses %s', (_, part, message) => {
    const merge = { previous: undefined, branch: 'main' as const, commit: commitOf('2'), ...part };
    expect(() => mergeManifest(merge)).toThrow(message);
  });

  it.each([
    ['a tag instead of a digest', digestOf('a'), 'latest', /images.prediction.digest/],
    ['an unknown app', '"trade"', '"trader"', /trader/],
  ])('refuses %s', (_, from, to, message) => {
    expect(() => parseManifest(manifestText(first).replace(from, to), 'manifest.json')).toThrow(message);
  });
});

describe('what is affected', () => {
  it('is what Nx says, of the apps that become images', () => {
    expect(affectedApps(['orders', 'execution', 'standalone', 'trade'], ['libs/trading/orders/src/index.ts'])).toEqual([
      'execution',
      'trade',
    ]);
    expect(affectedApps(['workspace'], ['docs/trade.md'])).toEqual([]);
  });

  it.each(['docker/Dockerfile', 'package-lock.json', 'tools/build/build.mjs'])(
    'is everything when %s changes',
    (file) => {
      expect(affectedApps([], [file])).toEqual(APPS);
    },
  );
});
