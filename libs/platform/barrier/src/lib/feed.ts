import type { BarrierJoin } from './barrier-join';
import type { BarrierMark, SessionStart } from './stage';

/** What a message between stages looks like: a body that is time, a session's start or an input. */
export interface Message<B extends Body = Body> {
  readonly sessionId: string;
  readonly body?: B | undefined;
}

interface Body {
  readonly $case: string;
  readonly value?: unknown;
}

/** The bodies of a message that are time or ask for it, and are never inputs. */
type TimeCase = 'mark' | 'progress' | 'session' | 'rejoin';

/** The bodies of a message that are inputs. */
export type InputOf<B extends Body> = Exclude<B, { readonly $case: TimeCase }>;

/**
 * Hands one message of a source to the join: `mark` and `progress` are barriers, `session` a session's start, `rejoin`
 * is meant for the gateway, and of everything else `inputOf` makes the input.
 */
export function feed<T, B extends Body>(
  join: BarrierJoin<T>,
  source: string,
  { body, sessionId }: Message<B>,
  inputOf: (body: InputOf<B>) => T,
): Promise<void> | void {
  switch (body?.$case) {
    case undefined:
    case 'rejoin':
      return;
    case 'mark':
    case 'progress':
      return join.mark(source, body.value as BarrierMark, sessionId);
    case 'session':
      return join.start(source, body.value as SessionStart);
    default:
      return join.input(source, inputOf(body as InputOf<B>), sessionId);
  }
}
