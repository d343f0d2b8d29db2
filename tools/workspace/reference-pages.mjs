// The pages of docs/reference that are made of several projects. Each takes `built`, which loads a file of dist/.

const APPS = ['prediction', 'decision', 'execution', 'risk-manager', 'mt4-gateway', 'mt5-gateway'];
const SERVICES = ['prediction', 'decision', 'execution', 'risk-manager', 'gateway'];

/** A Markdown table with aligned columns, as the formatter leaves it. */
function table(head, rows) {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((title, column) => Math.max(3, title.length, ...cells.map((row) => row[column].length)));
  const line = (row) => `| ${widths.map((width, column) => row[column].padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}

/** Stands for a default that each service has of its own. */
const SEE_PORTS = 'see ports';

const code = (text) => (text === '' ? '' : `\`${text}\``);

function variablesTable(rows) {
  const head = ['variable', 'type', 'default', 'secret', 'file', 'what it is'];
  return table(
    head,
    rows.map(({ name, type, default: value, description, secret, file }) => [
      code(name),
      type,
      value === 'required' ? '**required**' : value === SEE_PORTS ? value : code(value),
      secret ? 'yes' : '',
      file ? 'yes' : '',
      description,
    ]),
  );
}

/** `configuration.md`: the variables of every program, those that all services share once. */
export function configuration(built) {
  const { describeConfig } = built('libs/platform/config/src/index.js');
  const { processVariables } = built('libs/platform/service-process/src/index.js');
  const { object } = built.require('zod');
  const rowsOf = (file) => describeConfig(built(file).variables);
  const shared = describeConfig(object(processVariables({ http: 0, grpc: 0 })));
  const isShared = ({ name }) => shared.some((each) => each.name === name);
  const services = APPS.map((app) => ({ app, rows: rowsOf(`apps/${app}/src/config.js`) }));
  const portOf = (rows, name) => rows.find((row) => row.name === name)?.default ?? '';
  const ports = services.map(({ app, rows }) => [
    app,
    code(portOf(rows, 'HTTP_PORT')),
    code(portOf(rows, 'GRPC_PORT')),
    code(portOf(rows, 'TERMINAL_PORT')),
  ]);
  const own = services.map(({ app, rows }) => `### ${app}\n\n${variablesTable(rows.filter((row) => !isShared(row)))}`);
  const everywhere = shared.map((row) => (/^(HTTP|GRPC)_PORT$/.test(row.name) ? { ...row, default: SEE_PORTS } : row));
  return `# Configuration

Generated from the programs' schemas by \`node tools/workspace/reference.mjs configuration\`.

An empty variable counts as unset. Where \`file\` says yes, \`<NAME>_FILE\` may name a file that holds the value
instead. Secrets are never logged.

## One service per process

\`npx nx serve <service>\` starts one alone, against \`DATABASE_URL\`. It reads its environment once; what does not hold
is named, each variable with what was expected, and the program ends with exit code 2. What works only in part for lack
of an optional variable is in the log and in \`/ready\` as \`degraded\`. Events pass between processes over Kafka; without
\`KAFKA_BROKERS\` the bus ends at the process, and \`/ready\` says so.

### All services

${variablesTable(everywhere)}

### Ports side by side

${table(['service', 'HTTP', 'gRPC', 'terminals'], ports)}

${own.join('\n\n')}

## The whole system in one process

\`./trade up\` is told by its options (\`./trade up --help\`); its environment adds:

${variablesTable(rowsOf('apps/standalone/src/front/environment.js'))}

## The other commands of \`./trade\`

${variablesTable(rowsOf('apps/trade/src/cli/environment.js'))}
`;
}

/** `metrics.md`: what the services and the platform measure themselves; Node's own metrics are left out. */
export async function metrics(built) {
  const { describeMetrics, recordRpc } = built('libs/platform/metrics/src/index.js');
  for (const service of SERVICES) built(`libs/services/${service}/src/index.js`);
  for (const room of ['alerting', 'cache', 'kafka', 'timeseries']) built(`libs/platform/${room}/src/index.js`);
  built('libs/platform/tracing/src/index.js').spanMetrics();
  // Made with the first call.
  recordRpc('', '', '', 0);
  const rows = (await describeMetrics()).map(({ name, type, labels, help }) => [
    code(name),
    type,
    labels.map(code).join(', '),
    help,
  ]);
  return `# Metrics

Generated from the code by \`node tools/workspace/reference.mjs metrics\`.

\`/metrics\` of every process has these, as far as its services make them, and those of Node's process (\`process_…\`,
\`nodejs_…\`, such as \`nodejs_eventloop_lag_seconds\`).

Labels take their values from bounded sets: services, topics and groups of the catalogue, methods, codes, states, configured strategies.
Some gauges name
accounts, which the configuration bounds; none holds an order or a symbol.

${table(['metric', 'type', 'labels', 'what it is'], rows)}
`;
}

/** `denial-codes.md`: why an order may be refused. */
export function denialCodes(built) {
  const { DENIAL_CODES } = built('libs/trading/risk/src/index.js');
  const rows = Object.entries(DENIAL_CODES).map(([name, meaning]) => [code(name), meaning]);
  return `# Denial codes

Generated from \`libs/trading/risk/src/lib/codes.ts\` by \`node tools/workspace/reference.mjs denial-codes\`.

Risk-manager checks an order in this order; the first check that fails denies it with its code.

${table(['code', 'meaning'], rows)}
`;
}
