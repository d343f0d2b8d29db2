/**
 * The targets that every project has, said once. A folder with a project.json is a project; what it may do follows
 * from what it holds: apps can be served, projects with *.bench.ts can be benchmarked.
 */
const { dirname, join, basename } = require('node:path');
const { existsSync, readdirSync } = require('node:fs');

const cached = (command, extra = {}) => ({
  executor: 'nx:run-commands',
  cache: true,
  inputs: ['default', '^production'],
  options: { command, cwd: '{workspaceRoot}' },
  ...extra,
});

function benches(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).filter((f) => String(f).endsWith('.bench.ts'));
}

function targetsOf(root) {
  const app = root.startsWith('apps/');
  const targets = {
    lint: cached(`eslint --max-warnings 0 ${root}`),
    typecheck: cached(`tsc -p ${root}/tsconfig.json`),
    test: cached(`jest --passWithNoTests ${root}/`),
    build: cached(`node tools/build/build.mjs ${root}`, {
      inputs: ['production', '^production'],
      outputs: ['{workspaceRoot}/dist/{projectRoot}'],
      dependsOn: ['^build'],
    }),
  };
  if (app) {
    targets.serve = {
      executor: 'nx:run-commands',
      dependsOn: ['build'],
      options: { command: `node --enable-source-maps dist/${root}/src/main.js`, cwd: '{workspaceRoot}', forwardAllArgs: true },
    };
  }
  const bench = benches(join(process.cwd(), root, 'src'));
  if (bench.length > 0) {
    targets.bench = {
      executor: 'nx:run-commands',
      dependsOn: ['build'],
      options: {
        commands: bench.map((f) => `node --enable-source-maps dist/${root}/src/${String(f).replace(/\.ts$/, '.js')}`),
        parallel: false,
        cwd: '{workspaceRoot}',
        forwardAllArgs: true,
      },
    };
  }
  return targets;
}

exports.createNodesV2 = [
  '{apps,libs,tools}/**/project.json',
  (files) =>
    files.map((file) => {
      const root = dirname(file);
      return [file, { projects: { [root]: { targets: targetsOf(root) } } }];
    }),
];
exports.name = 'workspace-targets';
exports.targetsOf = targetsOf;
exports.projectName = (root) => basename(root);
