import type { App } from '../manifest/manifest';
import { type Registry, SERVICE_NAMES, type ServiceName } from '../registry/schema';

/** A release of the chart `service`. */
export interface ReleaseName {
  /** Its name, and that of its values. */
  readonly release: ServiceName | 'migrations';
  /** The app whose image it runs. */
  readonly app: App;
}

/** Calls of services go round in a circle: no order has who is called before who calls. */
export class CircleOfCalls extends Error {
  constructor(readonly services: readonly string[]) {
    super(`These services call each other in a circle: ${services.join(', ')}.`);
  }
}

/** Releases in the order in which they are upgraded: migrations, then every service after those that it calls. */
export function releaseOrder(registry: Registry): readonly ReleaseName[] {
  const order: ServiceName[] = [];
  let waiting: readonly ServiceName[] = SERVICE_NAMES;
  while (waiting.length > 0) {
    const ready = waiting.filter((name) => registry.services[name].calls.every((called) => order.includes(called)));
    if (ready.length === 0) throw new CircleOfCalls(waiting);
    order.push(...ready);
    waiting = waiting.filter((name) => !ready.includes(name));
  }
  return [{ release: 'migrations', app: 'trade' }, ...order.map((name) => ({ release: name, app: name }))];
}
