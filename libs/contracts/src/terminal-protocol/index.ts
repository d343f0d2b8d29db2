/**
 * The protocol between a terminal (its expert advisor, or the simulator) and a gateway, version 1: frames on a TCP
 * stream, the messages in them, and the proofs of the handshake. Both sides import this and nothing else of each other.
 */
export * from './frames';
export * from './messages';
export * from './proofs';
