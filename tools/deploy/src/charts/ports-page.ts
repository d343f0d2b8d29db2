import { deploymentOf, servicesOf } from '../registry/registry';
import type { Registry } from '../registry/schema';

/** `docs/deploy/ports.md`: who listens where, and who calls whom. */
export function portsPage(registry: Registry): string {
  const services = servicesOf(registry);
  const rows = services.map((service) => [
    service.name,
    `\`${deploymentOf(service.name)}\``,
    service.role,
    String(registry.ports.http),
    String(registry.ports.grpc),
    service.terminals === undefined ? '' : `${service.terminals.port}${service.terminals.tls ? ', TLS' : ''}`,
    service.calls.join(', '),
    service.stores.join(', '),
  ]);
  const stores = Object.entries(registry.stores).map(([name, { port, secret }]) => [
    name,
    String(port),
    secret === undefined ? '' : `\`${secret}\``,
    services
      .filter((service) => (service.stores as readonly string[]).includes(name))
      .map((service) => service.name)
      .join(', '),
  ]);
  const edges = services.flatMap(({ name, calls }) => calls.map((called) => `  ${name} --> ${called}`));
  const outside = Object.entries(registry.clients).flatMap(([client, { calls }]) =>
    calls.map((called) => `  ${client}([${client}]) -.-> ${called}`),
  );
  const dial = services
    .filter((service) => service.terminals !== undefined)
    .map(({ name, terminals }) => `  terminals([terminals]) -. ${terminals?.port ?? ''} .-> ${name}`);
  return `# Ports and calls

Generated from \`deploy/services.yaml\` by \`npm run generate\`. The network policies allow what is written here and nothing else.

${table(['service', 'Deployment', 'role', 'HTTP', 'gRPC', 'terminals', 'calls', 'stores'], rows)}

${table(['store', 'port', 'Secret', 'used by'], stores)}

\`\`\`mermaid
flowchart LR
${[...outside, ...dial, ...edges].join('\n')}
\`\`\`
`;
}

/** As the formatter leaves it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = (column: number): number => Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(width(column))).join(' | ')} |`;
  return [line(head), line(head.map((_, column) => '-'.repeat(width(column)))), ...rows.map(line)].join('\n');
}
