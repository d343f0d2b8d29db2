/** Somebody else listens on the port already. */
export class PortInUse extends Error {
  readonly code = 'PORT_IN_USE';

  constructor(
    readonly host: string,
    readonly port: number,
    options?: ErrorOptions,
  ) {
    super(`Port ${port} on ${host} is in use; stop what listens there or choose another port.`, options);
    this.name = 'PortInUse';
  }
}

/** Plaintext was about to leave the machine without having been asked for. */
export class PlaintextRefused extends Error {
  readonly code = 'PLAINTEXT_REFUSED';

  constructor(readonly host: string) {
    super(`Plaintext gRPC is served on loopback only, not on ${host}: configure TLS, or allow plaintext explicitly.`);
    this.name = 'PlaintextRefused';
  }
}

/** Whether a host name or address never leaves this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
