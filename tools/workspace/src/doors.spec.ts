import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/*
 * The lint rule for the doors reads Nx's cached project graph and skips itself without one. This asks the same
 * constraints of the imports themselves.
 */
interface Constraint {
  readonly sourceTag: string;
  readonly onlyDependOnLibsWithTags: readonly string[];
}

interface Project {
  readonly root: string;
  readonly name: string;
  readonly tags: readonly string[];
}

const ROOT = join(__dirname, '../../..');

function filesBelow(top: string, ending: string): string[] {
  const names = readdirSync(join(ROOT, top), { recursive: true }).map(String);
  return names.filter((name) => name.endsWith(ending) && !name.includes('node_modules')).map((name) => join(top, name));
}

const projects: readonly Project[] = ['apps', 'libs', 'tools']
  .flatMap((top) => filesBelow(top, 'project.json'))
  .map((file) => ({
    root: dirname(file),
    ...(JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Omit<Project, 'root'>),
  }));

function constraints(): readonly Constraint[] {
  const eslint = join(ROOT, 'node_modules/eslint/bin/eslint.js');
  const printed = execFileSync(process.execPath, [eslint, '--print-config', 'tools/workspace/src/doors.spec.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const { rules } = JSON.parse(printed) as { rules: Record<string, [number, { depConstraints: Constraint[] }]> };
  const [severity, { depConstraints }] = rules['@nx/enforce-module-boundaries']!;
  expect(severity).toBe(2);
  return depConstraints;
}

/** Whether a project may import another: each constraint on one of its tags must allow one of the other's. */
function mayImport(doors: readonly Constraint[], from: Project, to: Project): boolean {
  return doors
    .filter(({ sourceTag }) => from.tags.includes(sourceTag))
    .every(({ onlyDependOnLibsWithTags: allowed }) => to.tags.some((tag) => allowed.includes(tag)));
}

const namesImported = (source: string) => [...source.matchAll(/['"]@trading\/([a-z-]+)['"]/g)].map(([, name]) => name);

describe('the doors between the wings', () => {
  const doors = constraints();
  const project = (name: string) => projects.find((each) => each.name === name)!;

  it.each([
    ['trading-market', 'trading-strategy', false],
    ['trading-strategy', 'trading-market', true],
    ['trading-strategy', 'contracts', false],
    ['trading-strategy', 'platform-config', false],
    ['platform-messaging', 'contracts', false],
    ['platform-messaging', 'trading-market', false],
    ['platform-bootstrap', 'platform-config', true],
    ['service-decision', 'service-execution', false],
    ['service-decision', 'trading-strategy', true],
    ['contracts', 'platform-config', false],
    ['standalone', 'service-decision', true],
    ['standalone', 'decision', false],
  ])('from %s to %s: open %s', (from, to, open) => {
    expect(mayImport(doors, project(from), project(to))).toBe(open);
  });

  it('has every project in exactly one wing', () => {
    const wings = ({ tags }: Project) => tags.filter((tag) => tag.startsWith('wing:'));
    expect(projects.filter((each) => wings(each).length !== 1).map(({ name }) => name)).toEqual([]);
  });

  it('are the only ones used', () => {
    const trespasses = projects.flatMap((from) =>
      filesBelow(from.root, '.ts').flatMap((file) =>
        namesImported(readFileSync(join(ROOT, file), 'utf8'))
          .map((name) => projects.find((each) => each.name === name))
          .filter((to) => to !== undefined && to !== from && !mayImport(doors, from, to))
          .map((to) => `${file} → ${to?.name ?? ''}`),
      ),
    );
    expect(trespasses).toEqual([]);
  });
});
