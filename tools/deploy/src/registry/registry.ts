import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { registrySchema, SERVICE_NAMES, type Registry, type Service, type ServiceName } from './schema';

/** The registry does not hold together; every problem is named with its place. */
export class RegistryInvalid extends Error {
  constructor(
    readonly file: string,
    readonly problems: readonly string[],
  ) {
    super(`${file} does not hold:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** Reads `deploy/services.yaml` of the workspace at `root`. Throws {@link RegistryInvalid}. */
export function readRegistry(root: string): Registry {
  const file = join(root, 'deploy/services.yaml');
  return parseRegistry(readFileSync(file, 'utf8'), file);
}

/** Parses a registry's text; `file` is what errors call it. Throws {@link RegistryInvalid}. */
export function parseRegistry(text: string, file: string): Registry {
  const parsed = registrySchema.safeParse(parse(text));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(the file)'}: ${message}`);
    throw new RegistryInvalid(file, problems);
  }
  return parsed.data;
}

/** The services in the order in which their ports count up, each with its name. */
export function servicesOf(registry: Registry): readonly (Service & { readonly name: ServiceName })[] {
  return SERVICE_NAMES.map((name) => ({ name, ...registry.services[name] }));
}

/** The name of a service's Deployment and Kubernetes Service: `prediction-service`; a gateway is one by name already. */
export const deploymentOf = (name: ServiceName): string => (name.endsWith('-gateway') ? name : `${name}-service`);

/** Who calls a service by gRPC. */
export function callersOf(registry: Registry, name: ServiceName): readonly ServiceName[] {
  return SERVICE_NAMES.filter((caller) => registry.services[caller].calls.includes(name));
}
