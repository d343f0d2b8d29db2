import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

const scopes = ['market', 'orders', 'portfolio', 'reconciliation', 'risk', 'features', 'models', 'strategy', 'simulation', 'evaluation'];
const trading = (scope, ...uses) => ({
  sourceTag: `scope:${scope}`,
  onlyDependOnLibsWithTags: [scope, ...uses].map((s) => `scope:${s}`),
});

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', 'libs/contracts/src/gen', '.nx', 'coverage', 'tmp', '.data'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx, 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.base.json' })] },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'import-x/no-cycle': ['error', { maxDepth: 6 }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          depConstraints: [
            { sourceTag: 'wing:app', onlyDependOnLibsWithTags: ['wing:service', 'wing:platform', 'wing:contracts', 'wing:trading'] },
            { sourceTag: 'wing:service', onlyDependOnLibsWithTags: ['wing:trading', 'wing:platform', 'wing:contracts'] },
            { sourceTag: 'wing:trading', onlyDependOnLibsWithTags: ['wing:trading'] },
            { sourceTag: 'wing:platform', onlyDependOnLibsWithTags: ['wing:platform'] },
            { sourceTag: 'wing:contracts', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'wing:tool', onlyDependOnLibsWithTags: ['wing:service', 'wing:platform', 'wing:contracts', 'wing:trading', 'wing:tool'] },
            trading('market'),
            trading('orders', 'market'),
            trading('portfolio', 'orders', 'market'),
            trading('reconciliation', 'orders', 'market'),
            trading('risk', 'portfolio', 'orders', 'market'),
            trading('features', 'market'),
            trading('models', 'features', 'market'),
            trading('strategy', 'models', 'features', 'portfolio', 'orders', 'market'),
            trading('simulation', ...scopes.filter((s) => s !== 'evaluation' && s !== 'simulation')),
            trading('evaluation', ...scopes.filter((s) => s !== 'evaluation')),
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', '**/*.distributed.ts', '**/*.deploy.ts', '**/*.verify.ts', '**/*.bench.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    // The servers of a test run belong to no library.
    files: ['**/*.distributed.ts', 'apps/standalone/src/e2e/fleet-*.ts', 'apps/standalone/src/**/*.bench.ts', 'apps/standalone/src/bench/*.ts'],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', module: 'writable', require: 'readonly', exports: 'writable',
        __dirname: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly', URL: 'readonly', fetch: 'readonly', AbortSignal: 'readonly', Buffer: 'readonly' },
    },
  },
);
