import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertVariables } from '@trading/platform-alerting';
import { describeConfig } from '@trading/platform-config';
import { tracingVariables } from '@trading/platform-tracing';
import { variables } from './environment';

const SOURCES = join(__dirname, '..');
/** npm's own: where it was called from and what for. */
const NOT_OURS = ['INIT_CWD', 'npm_lifecycle_event'];
/** Tests, and the six processes, whose variables are in the tables of the services. */
const ELSEWHERE = /\.(spec|e2e|bench|distributed|chaos)\.ts$|(^|\/)(e2e|bench|chaos|six-processes)\//;

describe('the table of variables', () => {
  it('lists each one that the sources read', () => {
    const files = readdirSync(SOURCES, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.ts') && !ELSEWHERE.test(name));
    const read = files.flatMap((name) =>
      [...readFileSync(join(SOURCES, name), 'utf8').matchAll(/\benv\['(\w+)'\]/g)].map(([, variable]) => variable),
    );
    const all = new Set([...read, ...Object.keys(tracingVariables()), ...Object.keys(alertVariables)]);
    const ours = [...all].filter((name) => name !== undefined && !NOT_OURS.includes(name)).sort();
    expect(
      describeConfig(variables)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(ours);
  });
});
