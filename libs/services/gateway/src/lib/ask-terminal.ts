import { terminal } from '@trading/contracts';
import { bodyOf, faultOf, PeerFault, shown } from './peer-fault';
import { NoAnswer } from './pending-requests';
import type { TerminalLine } from './terminal-line';

/** The terminal refuses a request that is no command. */
export class RequestRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Reads the body of an answer. Throws {@link PeerFault} for another form, {@link RequestRefused} for a refusal. */
export type AnswerForm<T> = (answer: terminal.Envelope) => T;

/** The form of answers of a type. Requests may also be refused, with `cmd.ack`. */
export function answerForm<T>(
  type: string,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
): AnswerForm<T> {
  return (answer) => {
    if (answer.t === type) return bodyOf(schema, answer);
    if (answer.t !== 'cmd.ack') throw new PeerFault('MESSAGE_UNEXPECTED', `A ${shown(answer.t)} is no answer here.`);
    const { code, message } = bodyOf(terminal.cmdAckSchema, answer);
    throw new RequestRefused(code.slice(0, 64), message.slice(0, 256));
  };
}

/**
 * Sends a request and returns the body of its answer. Throws {@link NoAnswer}, {@link RequestRefused} where the terminal
 * refuses; an answer in another form ends the connection and counts as none.
 */
export async function askTerminal<T>(
  line: Pick<TerminalLine, 'request' | 'fail'>,
  type: string,
  body: unknown,
  form: AnswerForm<T>,
  timeoutMs: number,
): Promise<T> {
  const answer = await line.request(type, body, timeoutMs);
  try {
    return form(answer);
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    line.fail(fault);
    throw new NoAnswer(type, 'The answer of the terminal could not be read.');
  }
}
