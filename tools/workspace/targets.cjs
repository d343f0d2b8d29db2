/**
 * The targets that every project has, said once. A folder with a project.json is a project; what it may do follows
 * from what it holds: apps can be served, projects with *.bench.ts can be benchmarked.
 */
const { dirname, join } = require('node:path');
const { existsSync, readdirSync } = require('node:fs');

const fromRoot = { cwd: '{workspaceRoot}' };

const cached = (command, inputs = ['default', '^production']) => ({
  executor: 'nx:run-commands',
  cache: true,
  inputs,
  options: { command, ...fromRoot },
});

/** Benchmarks of a project, by their path below its `src`. */
function benches(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }).map(String);
  return names.filter((name) => name.endsWith('.bench.ts')).sort();
}

/** Targets of the project in `root`, a folder relative to `workspaceRoot`. */
function targetsOf(root, workspaceRoot) {
  const compiled = (name) => `node --enable-source-maps dist/${root}/src/${name.replace(/\.ts$/, '.js')}`;
  const targets = {
    lint: cached(`eslint --max-warnings 0 ${root}`),
    typecheck: cached(`tsc -p ${root}/tsconfig.json`),
    test: cached(`jest --passWithNoTests ${root}/`, ['default', '^production', '{workspaceRoot}/tools/test/**/*']),
    build: {
      ...cached(`node tools/build/build.mjs ${root}`, [
        'production',
        '^production',
        '{workspaceRoot}/tools/build/build.mjs',
      ]),
      outputs: ['{workspaceRoot}/dist/{projectRoot}'],
      dependsOn: ['^build'],
    },
  };
  if (root.startsWith('apps/')) {
    targets.serve = {
      executor: 'nx:run-commands',
      continuous: true,
      dependsOn: ['build'],
      options: { command: compiled('main.ts'), ...fromRoot, forwardAllArgs: true },
    };
  }
  const measured = benches(join(workspaceRoot, root, 'src'));
  if (measured.length > 0) {
    targets.bench = {
      executor: 'nx:run-commands',
      dependsOn: ['build'],
      options: { commands: measured.map(compiled), parallel: false, ...fromRoot, forwardAllArgs: true },
    };
  }
  return targets;
}

exports.name = 'workspace-targets';
exports.createNodesV2 = [
  '{apps,libs,tools}/**/project.json',
  (files, _options, { workspaceRoot }) =>
    files.map((file) => {
      const root = dirname(file);
      return [file, { projects: { [root]: { targets: targetsOf(root, workspaceRoot) } } }];
    }),
];
exports.targetsOf = targetsOf;
