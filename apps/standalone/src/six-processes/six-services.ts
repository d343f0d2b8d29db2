/** The six services as processes, in the order of their ports. */
export const SIX = ['prediction', 'decision', 'execution', 'risk-manager', 'mt4-gateway', 'mt5-gateway'] as const;

export type SixName = (typeof SIX)[number];

/** They let data in, so they stop first. */
export const GATEWAYS: readonly SixName[] = ['mt4-gateway', 'mt5-gateway'];

/** The same of each of the six. */
export function forEachOfSix<T>(make: (name: SixName, index: number) => T): Readonly<Record<SixName, T>> {
  return Object.fromEntries(SIX.map((name, index) => [name, make(name, index)])) as Record<SixName, T>;
}
