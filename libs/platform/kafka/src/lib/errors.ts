/** A topic that the catalogue handed to the bus does not have. */
export class UnknownTopic extends Error {
  readonly code = 'UNKNOWN_TOPIC';
  constructor(readonly topic: string) {
    super(`The catalogue of topics has no ${topic}.`);
    this.name = 'UnknownTopic';
  }
}

/** A message that no broker takes. */
export class MessageRefused extends Error {
  readonly code = 'MESSAGE_REFUSED';
  constructor(
    readonly topic: string,
    readonly bytes: number,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`A message of ${bytes} bytes cannot be published to ${topic}: ${reason}`, options);
    this.name = 'MessageRefused';
  }
}

/** There is no such dead letter: a wrong place, or it has expired. */
export class LetterNotFound extends Error {
  readonly code = 'LETTER_NOT_FOUND';
  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly offset: number,
  ) {
    super(`${topic} has no dead letter at partition ${partition}, offset ${offset}.`);
    this.name = 'LetterNotFound';
  }
}

/** What kafkajs or a broker said, by the broker's error type where there is one, else by the error's name. */
export function kafkaErrorType(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth++) {
    const { type } = at as { type?: unknown };
    if (typeof type === 'string' && type !== '') return type;
    const { originalError } = at as { originalError?: unknown };
    if (originalError instanceof Error && originalError !== at) {
      const inner = kafkaErrorType(originalError);
      if (inner !== originalError.name) return inner;
    }
  }
  return error instanceof Error ? error.name : 'Error';
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
