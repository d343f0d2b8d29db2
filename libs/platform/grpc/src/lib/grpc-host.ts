import {
  logVerbosity,
  Server,
  ServerCredentials,
  setLogVerbosity,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { type BoundMethod, bindMethod, type HandlerOptions, type RpcHandler } from './call-handler';
import { DEFAULT_DEADLINE_MS } from './call-scope';
import type { CertificateFiles } from './certificate-files';
import { KEEP_ALIVE, MAX_MESSAGE_BYTES } from './channel';
import { addHealth } from './host-health';
import { type Idempotency, idempotencyOf, NOTHING_IDEMPOTENT } from './idempotency';
import { isLoopback, PlaintextRefused, PortInUse } from './listen-errors';
import { fullServiceName, methodsOf, type RpcServiceDefinition } from './method';
import { addReflection } from './reflection';
import { RpcError } from './rpc-error';
import { serverCredentials } from './tls-credentials';
import { OpenStreams, toWireHandler } from './wire-calls';

// grpc-js writes plain lines to standard error, between our JSON. What fails reaches us as errors of calls and of listen.
if (process.env['GRPC_VERBOSITY'] === undefined) {
  setLogVerbosity(logVerbosity.NONE);
}

export interface GrpcHostOptions {
  /** buf's binary image of all packages; without it there is no reflection. */
  readonly reflectionImage?: Uint8Array | undefined;
  /** TLS with these, mutual where they require certificates of clients; without, plaintext. */
  readonly certificates?: CertificateFiles | undefined;
  /** Serve plaintext also beyond loopback, where a mesh or a closed network encrypts. */
  readonly allowPlaintext?: boolean | undefined;
  /** Whether the service of this name (as given in {@link HandlerOptions}) is ready. Default: always. */
  readonly isReady?: ((service: string) => Promise<boolean>) | undefined;
  /** How often watchers of the health service see a change, in milliseconds. */
  readonly watchHealthEveryMs?: number;
  /** How long a unary call may take whose client sets no deadline, in milliseconds (10 s). */
  readonly deadlineMs?: number | undefined;
  /** The largest message in either direction, in bytes (4 MiB); beyond it calls end with RESOURCE_EXHAUSTED. */
  readonly maxMessageBytes?: number | undefined;
  /**
   * Asks clients to connect anew when their connection is this old, in milliseconds, so that they find new replicas and
   * use rotated certificates; calls under way end as they would. Never, unless set.
   */
  readonly maxConnectionAgeMs?: number | undefined;
}

/** The one gRPC server of a process, shared by all services that run in it. */
export class GrpcHost {
  private readonly server: Server;
  private readonly idempotency: Idempotency;
  private readonly streams = new OpenStreams();
  private readonly methods = new Map<string, BoundMethod>();
  private readonly retired = new Set<string>();
  /** Full name of the gRPC service → our name of who serves it. */
  private readonly owners = new Map<string, string>();
  private isDraining = false;
  private isListening = false;

  constructor(private readonly options: GrpcHostOptions = {}) {
    const { maxMessageBytes = MAX_MESSAGE_BYTES, maxConnectionAgeMs, reflectionImage } = options;
    this.server = new Server({
      ...KEEP_ALIVE,
      'grpc.max_send_message_length': maxMessageBytes,
      'grpc.max_receive_message_length': maxMessageBytes,
      ...(maxConnectionAgeMs === undefined ? {} : { 'grpc.max_connection_age_ms': maxConnectionAgeMs }),
    });
    this.idempotency = reflectionImage === undefined ? NOTHING_IDEMPOTENT : idempotencyOf(reflectionImage);
  }

  /** Streams open now, of all services. */
  get openStreams(): number {
    return this.streams.size;
  }

  /** Serves a definition with handlers by its camelCase method names; a method without one answers UNIMPLEMENTED. */
  addHandlers(
    definition: RpcServiceDefinition,
    handlers: Readonly<Record<string, RpcHandler>>,
    options: HandlerOptions,
  ): void {
    const implementation: UntypedServiceImplementation = {};
    for (const [key, method] of methodsOf(definition)) {
      const handler = handlers[key];
      if (handler !== undefined) {
        const isRead = method.responseStream || this.idempotency.withoutEffects.has(method.path);
        const bound = bindMethod(method, this.unlessRetired(method.path, handler), options, isRead);
        this.methods.set(method.path, bound);
        implementation[key] = toWireHandler(bound, this.streams, this.options.deadlineMs ?? DEFAULT_DEADLINE_MS);
      }
    }
    this.addService(definition, implementation, options.service);
  }

  /** Serves a definition with a grpc-js implementation as it is: no metrics, no translation of errors. */
  addService(definition: ServiceDefinition, implementation: UntypedServiceImplementation, service: string): void {
    this.server.addService(definition, implementation);
    this.owners.set(fullServiceName(definition), service);
  }

  /** Methods of these definitions answer UNAVAILABLE from now on: their service has stopped, the process goes on. */
  retire(definitions: readonly RpcServiceDefinition[]): void {
    for (const definition of definitions) {
      for (const [, { path }] of methodsOf(definition)) {
        this.retired.add(path);
      }
    }
  }

  private unlessRetired(path: string, handler: RpcHandler): RpcHandler {
    return (request, metadata, call) => {
      if (this.retired.has(path)) {
        throw new RpcError('UNAVAILABLE', 'SERVICE_STOPPED', `The service behind ${path} is stopped.`);
      }
      return handler(request, metadata, call);
    };
  }

  /** The bound method of a path, for calls within the process. */
  methodAt(path: string): BoundMethod {
    const method = this.methods.get(path);
    if (method === undefined) {
      throw new RpcError('UNIMPLEMENTED', 'UNIMPLEMENTED', `Nobody in this process serves ${path}.`);
    }
    return method;
  }

  /**
   * Listens with everything added so far, health and reflection, and returns the port (useful for port 0).
   *
   * @throws {PortInUse}
   * @throws {CertificatesUnusable} with authorities only
   * @throws {PlaintextRefused} on other than loopback without TLS, unless allowed
   */
  async listen(host: string, port: number): Promise<number> {
    const { certificates } = this.options;
    if (certificates === undefined && !isLoopback(host) && this.options.allowPlaintext !== true) {
      throw new PlaintextRefused(host);
    }
    if (!this.isListening) {
      this.addStandardServices();
    }
    const credentials =
      certificates === undefined ? ServerCredentials.createInsecure() : serverCredentials(certificates);
    const address = `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
    return new Promise((resolve, reject) => {
      this.server.bindAsync(address, credentials, (error, boundPort) => {
        if (error === null) {
          resolve(boundPort);
        } else {
          reject(/EADDRINUSE/.test(error.message) ? new PortInUse(host, port, { cause: error }) : error);
        }
      });
    });
  }

  /** From now on health says NOT_SERVING; calls are still answered. */
  beginDrain(): void {
    this.isDraining = true;
  }

  /** Ends all open streams with UNAVAILABLE. */
  endStreams(): void {
    this.streams.endAll();
  }

  /**
   * Takes no more calls and waits for those under way, at most `deadlineMs`; then cuts them off. Never waits for ever
   * on an open stream.
   *
   * @returns whether all calls ended by themselves
   */
  async drain(deadlineMs: number): Promise<boolean> {
    this.beginDrain();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.server.forceShutdown();
        resolve(false);
      }, deadlineMs);
      this.server.tryShutdown(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  /** Cuts everything off at once. */
  close(): void {
    this.server.forceShutdown();
  }

  private addStandardServices(): void {
    this.isListening = true;
    addHealth(this.server, (name) => this.isServing(name), this.options.watchHealthEveryMs ?? 2000, this.streams);
    if (this.options.reflectionImage !== undefined) {
      addReflection(this.server, this.options.reflectionImage, [...this.owners.keys()]);
    }
  }

  private async isServing(fullService: string): Promise<boolean | undefined> {
    const { isReady } = this.options;
    const owners = fullService === '' ? [...new Set(this.owners.values())] : [this.owners.get(fullService)];
    if (owners.includes(undefined)) {
      return undefined;
    }
    if (this.isDraining) {
      return false;
    }
    const answers = await Promise.all(owners.map(async (owner) => (await isReady?.(owner ?? '')) ?? true));
    return answers.every(Boolean);
  }
}
