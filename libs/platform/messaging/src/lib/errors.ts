/** Thrown by a handler whose message can never be handled; the message goes to the topic's dead letters. */
export class PoisonMessage extends Error {
  readonly code = 'POISON_MESSAGE';
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`The message cannot be handled: ${reason}`, options);
    this.name = 'PoisonMessage';
  }
}

/** Something was published or consumed after the bus was closed. */
export class BusClosed extends Error {
  readonly code = 'BUS_CLOSED';
  constructor(readonly topic: string) {
    super(`The event bus is closed; nothing reaches ${topic} any more.`);
    this.name = 'BusClosed';
  }
}

/** A consumer's routes cannot be taken together. */
export class RoutesRefused extends Error {
  readonly code = 'ROUTES_REFUSED';
  constructor(
    readonly group: string,
    readonly reason: string,
  ) {
    super(`The group ${group} cannot consume: ${reason}`);
    this.name = 'RoutesRefused';
  }
}
