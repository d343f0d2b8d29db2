import { fieldsOf } from './message-fields';

/** The paths of methods by what their `idempotency_level` in the proto allows (descriptor.proto, `MethodOptions`). */
export interface Idempotency {
  /** `NO_SIDE_EFFECTS`: may be repeated, and given up half-way. */
  readonly withoutEffects: ReadonlySet<string>;
  /** `NO_SIDE_EFFECTS` or `IDEMPOTENT`: may be repeated when nobody knows whether the first attempt arrived. */
  readonly repeatable: ReadonlySet<string>;
}

/** What is known of methods whose proto says nothing: nothing may be repeated. */
export const NOTHING_IDEMPOTENT: Idempotency = { withoutEffects: new Set(), repeatable: new Set() };

const NO_SIDE_EFFECTS = 1;
const IDEMPOTENT = 2;

/** Reads the levels from buf's binary image (or any `FileDescriptorSet`), since ts-proto's definitions lack them. */
export function idempotencyOf(image: Uint8Array): Idempotency {
  const withoutEffects = new Set<string>();
  const repeatable = new Set<string>();
  for (const file of fieldsOf(image).messages(1)) {
    const packageName = file.text(2);
    for (const service of file.messages(6)) {
      for (const method of service.messages(2)) {
        const path = `/${packageName === '' ? '' : `${packageName}.`}${service.text(1)}/${method.text(1)}`;
        const level = method.messages(4)[0]?.number(34);
        if (level === NO_SIDE_EFFECTS) withoutEffects.add(path);
        if (level === NO_SIDE_EFFECTS || level === IDEMPOTENT) repeatable.add(path);
      }
    }
  }
  return { withoutEffects, repeatable };
}
