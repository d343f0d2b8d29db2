import { RoutesRefused } from './errors';
import type { Handler, Route } from './event-bus';

/** The handlers of a consumer by topic; {@link RoutesRefused} when there are none or two for one topic. */
export function handlersByTopic(group: string, routes: readonly Route[]): ReadonlyMap<string, Handler<unknown>> {
  const handlers = new Map<string, Handler<unknown>>();
  for (const { topic, handler } of routes) {
    if (handlers.has(topic.name)) throw new RoutesRefused(group, `there are two routes of ${topic.name}.`);
    handlers.set(topic.name, handler);
  }
  if (handlers.size === 0) throw new RoutesRefused(group, 'there is no route.');
  return handlers;
}
