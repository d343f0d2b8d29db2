/**
 * Generator of a library: `nx g ./tools/workspace:library --wing=platform --name=foo`. Writes the folder, its tags and
 * the import name; the targets come from targets.cjs.
 */
const { formatFiles, logger, readJson, updateJson, writeJson } = require('@nx/devkit');

const WINGS = {
  platform: { prefix: 'platform', doors: 'Knows nothing about trading; may import other rooms of platform.' },
  trading: { prefix: 'trading', doors: 'Pure: no I/O, clock or randomness; imports rooms of trading, one way.' },
  services: { prefix: 'service', doors: 'May import trading, platform and contracts; never another service.' },
};
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** What a library of this wing and name is called everywhere. */
function libraryNames(wing, name) {
  const { prefix, doors } = WINGS[wing] ?? {};
  if (prefix === undefined) throw new Error(`There is no wing ${wing}; there are ${Object.keys(WINGS).join(', ')}.`);
  if (!NAME.test(name)) throw new Error(`${name} is not a name in kebab-case.`);
  const project = `${prefix}-${name}`;
  const scope = prefix === 'service' ? project : name;
  return { root: `libs/${wing}/${name}`, project, importName: `@trading/${project}`, prefix, scope, doors };
}

/** Writes the library; formatting is left to the caller. Answers what is left to do by hand. */
function addLibrary(tree, { wing, name, purpose }) {
  const { root, project, importName, prefix, scope, doors } = libraryNames(wing, name);
  const { paths } = readJson(tree, 'tsconfig.base.json').compilerOptions;
  if (tree.exists(root) || importName in paths) throw new Error(`${root} exists already.`);

  writeJson(tree, `${root}/project.json`, {
    name: project,
    $schema: '../../../node_modules/nx/schemas/project-schema.json',
    sourceRoot: `${root}/src`,
    projectType: 'library',
    tags: [`wing:${prefix}`, `scope:${scope}`],
  });
  writeJson(tree, `${root}/tsconfig.json`, {
    extends: '../../../tsconfig.base.json',
    compilerOptions: { types: ['node', 'jest'] },
    include: ['src/**/*.ts'],
  });
  const opening = purpose ?? `The room ${name} of ${wing}: say here what it is for.`;
  tree.write(`${root}/src/index.ts`, `/**\n * ${opening}\n * ${doors}\n */\nexport {};\n`);
  updateJson(tree, 'tsconfig.base.json', (json) => {
    json.compilerOptions.paths[importName] = [`./${root}/src/index.ts`];
    return json;
  });
  return wing === 'trading'
    ? `Say in eslint.config.mjs where scope:${scope} stands among the rooms of trading.`
    : `${importName} can be imported.`;
}

exports.addLibrary = addLibrary;
exports.library = async (tree, options) => {
  const next = addLibrary(tree, options);
  await formatFiles(tree);
  return () => logger.info(next);
};
