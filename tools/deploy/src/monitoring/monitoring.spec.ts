import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { catalogueName, namedMetrics } from './named-metrics';

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert?: string;
      readonly expr: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    }[];
  }[];
}
interface Board {
  readonly uid: string;
  readonly title: string;
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const root = resolve(__dirname, '../../../..');
const monitoring = join(root, 'deploy/monitoring');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const filesOf = (folder: string): readonly string[] => readdirSync(join(monitoring, folder)).sort();
const rules = filesOf('rules').map(
  (file) => [file, parse(read(`deploy/monitoring/rules/${file}`)) as RuleFile] as const,
);
const alerts = rules.filter(([file]) => file !== 'recording.yaml');
const boards = filesOf('dashboards').map((file) => JSON.parse(read(`deploy/monitoring/dashboards/${file}`)) as Board);

const ours = [...read('docs/reference/metrics.md').matchAll(/^\| `(trading_\w+)`/gm)].map(([, name]) => name ?? '');
const exporters = parse(read('deploy/monitoring/exporters.yaml')) as Readonly<Record<string, readonly string[]>>;
const exported = new Set([...ours, ...Object.values(exporters).flat()]);
const unknownIn = (expr: string): readonly string[] =>
  namedMetrics(expr).filter((name) => !exported.has(name) && !exported.has(catalogueName(name)));

describe('alerts', () => {
  it('are each a rule, a test of firing and of silence, and a runbook', () => {
    expect(alerts.length).toBeGreaterThan(20);
    for (const [file, { groups }] of alerts) {
      const [alert] = groups.flatMap((group) => group.rules.flatMap((rule) => rule.alert ?? []));
      expect(`${String(alert)}.yaml`).toBe(file);
      const tests = read(`deploy/monitoring/tests/${file}`);
      expect([file, tests.includes('name: fires')]).toEqual([file, true]);
      if (alert !== 'DeadMansSwitch') expect([file, tests.includes('exp_alerts: []')]).toEqual([file, true]);
      const runbook = read(`deploy/runbooks/${String(alert)}.md`);
      for (const heading of ['## Look', '## Do']) expect([file, runbook.includes(heading)]).toEqual([file, true]);
    }
  });

  it('say how bad, what and where to read on', () => {
    for (const [file, { groups }] of alerts) {
      for (const { labels, annotations } of groups.flatMap((group) => group.rules)) {
        expect(['page', 'ticket', 'none']).toContain(labels?.['severity']);
        expect(annotations).toEqual({
          summary: expect.any(String),
          description: expect.any(String),
          runbook: `deploy/runbooks/${file.replace('.yaml', '.md')}`,
        });
      }
    }
  });

  it('leave no test and no runbook without its rule', () => {
    expect(filesOf('tests')).toEqual(alerts.map(([file]) => file));
    const runbooks = readdirSync(join(root, 'deploy/runbooks')).sort();
    expect(runbooks).toEqual(alerts.map(([file]) => file.replace('.yaml', '.md')));
  });

  it('have runbooks whose links lead somewhere', () => {
    for (const [file] of alerts) {
      const text = read(`deploy/runbooks/${file.replace('.yaml', '.md')}`);
      for (const [, link = ''] of text.matchAll(/\]\(([^)#]+)\)/g)) {
        expect([file, link, existsSync(join(root, 'deploy/runbooks', link))]).toEqual([file, link, true]);
      }
    }
  });

  it('stand in the table of the documentation', () => {
    const told = [...read('docs/deploy/monitoring.md').matchAll(/^\| \[(\w+)\]/gm)].map(
      ([, name]) => `${String(name)}.yaml`,
    );
    expect(told.sort()).toEqual(alerts.map(([file]) => file));
  });
});

describe('metrics', () => {
  it('are read off an expression', () => {
    expect(namedMetrics('sum by (le, service) (rate(a_bucket{x="y z"}[5m])) / on (a) b > 3 and trading:c:d')).toEqual([
      'a_bucket',
      'b',
    ]);
  });

  it('that rules name are those that somebody exports', () => {
    for (const [file, { groups }] of rules) {
      for (const { expr } of groups.flatMap((group) => group.rules))
        expect([file, unknownIn(expr)]).toEqual([file, []]);
    }
    expect(unknownIn('rate(trading_execution_order_total[5m])')).toEqual(['trading_execution_order_total']);
  });

  it('that boards show are those that somebody exports', () => {
    for (const { title, panels } of boards) {
      for (const { expr } of panels.flatMap((panel) => panel.targets))
        expect([title, unknownIn(expr)]).toEqual([title, []]);
    }
  });
});

describe('boards', () => {
  it('have ids of their own and ask which Prometheus', () => {
    expect(new Set(boards.map(({ uid }) => uid)).size).toBe(boards.length);
    for (const { templating, panels } of boards) {
      expect(templating.list).toContainEqual(expect.objectContaining({ name: 'datasource', type: 'datasource' }));
      expect(panels.length).toBeGreaterThan(0);
      for (const { targets } of panels) expect(targets.length).toBeGreaterThan(0);
    }
  });
});
