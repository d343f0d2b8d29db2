import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from '@nx/devkit';
import type { Tree } from '@nx/devkit';
import { createTree } from '@nx/devkit/testing';
import { addLibrary } from '../library.cjs';

describe('the library generator', () => {
  let tree: Tree;
  beforeEach(() => {
    tree = createTree();
    writeJson(tree, 'tsconfig.base.json', {
      compilerOptions: { paths: { '@trading/platform-config': ['./libs/platform/config/src/index.ts'] } },
    });
  });

  it.each([
    ['platform', 'clock', 'platform-clock', ['wing:platform', 'scope:clock']],
    ['trading', 'margin', 'trading-margin', ['wing:trading', 'scope:margin']],
    ['services', 'audit-log', 'service-audit-log', ['wing:service', 'scope:service-audit-log']],
  ])('makes a room in %s with its name, tags and import name', (wing, name, project, tags) => {
    addLibrary(tree, { wing, name });
    const root = `libs/${wing}/${name}`;
    expect(readJson(tree, `${root}/project.json`)).toMatchObject({ name: project, sourceRoot: `${root}/src`, tags });
    expect(readJson(tree, 'tsconfig.base.json')).toMatchObject({
      compilerOptions: { paths: { [`@trading/${project}`]: [`./${root}/src/index.ts`] } },
    });
  });

  it('is laid out as the rooms that exist', () => {
    addLibrary(tree, { wing: 'platform', name: 'clock' });
    for (const file of ['project.json', 'tsconfig.json']) {
      const existing = readFileSync(join(__dirname, `../../../libs/platform/config/${file}`), 'utf8');
      const expected = JSON.parse(existing.replaceAll('config/', 'clock/').replaceAll('-config', '-clock')) as object;
      const made = readJson<object>(tree, `libs/platform/clock/${file}`);
      expect(Object.keys(made)).toEqual(Object.keys(expected));
      expect(made).toMatchObject(file === 'tsconfig.json' ? expected : {});
    }
  });

  it('opens the index with what the room is for and what it may touch', () => {
    addLibrary(tree, { wing: 'trading', name: 'margin', purpose: 'What a position ties up.' });
    const index = tree.read('libs/trading/margin/src/index.ts', 'utf8');
    expect(index).toContain(' * What a position ties up.\n * Pure: ');
  });

  it('says where a new room of trading has to be placed', () => {
    expect(addLibrary(tree, { wing: 'trading', name: 'margin' })).toContain('scope:margin');
  });

  it.each([
    ['platform', 'config', /exists already/],
    ['attic', 'foo', /no wing attic; there are platform, trading, services/],
    ['platform', 'Foo', /not a name in kebab-case/],
    ['platform', '../foo', /not a name in kebab-case/],
  ])('refuses %s %s and writes nothing', (wing, name, why) => {
    const before = tree.listChanges().length;
    expect(() => addLibrary(tree, { wing, name })).toThrow(why);
    expect(tree.listChanges()).toHaveLength(before);
  });
});
