import {
  logVerbosity,
  Server,
  ServerCredentials,
  setLogVerbosity,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { type BoundMethod, bindMethod, type HandlerOptions, type RpcHandler } from './call-handler';
import { addHealth } from './host-health';
import { isLoopback, PlaintextRefused, PortInUse } from './listen-errors';
import { fullServiceName, methodsOf, type RpcServiceDefinition } from './method';
import { addReflection } from './reflection';
import { RpcError } from './rpc-error';
import { OpenStreams, toWireHandler } from './wire-calls';

// grpc-js writes plain lines to standard error, between our JSON. What fails reaches us as errors of calls and of listen.
if (process.env['GRPC_VERBOSITY'] === undefined) {
  setLogVerbosity(logVerbosity.NONE);
}

/** PEM texts. With `clientAuthority`, clients must show a certificate of it (mutual TLS). */
export interface ServerTls {
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
  readonly clientAuthority?: Buffer;
}

export interface GrpcHostOptions {
  /** buf's binary image of all packages; without it there is no reflection. */
  readonly reflectionImage?: Uint8Array | undefined;
  readonly tls?: ServerTls | undefined;
  /** Serve plaintext also beyond loopback, where a mesh or a closed network encrypts. */
  readonly allowPlaintext?: boolean | undefined;
  /** Whether the service of this name (as given in {@link HandlerOptions}) is ready. Default: always. */
  readonly isReady?: ((service: string) => Promise<boolean>) | undefined;
  /** How often watchers of the health service see a change, in milliseconds. */
  readonly watchHealthEveryMs?: number;
}

/** The one gRPC server of a process, shared by all services that run in it. */
export class GrpcHost {
  private readonly server = new Server({
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  private readonly streams = new OpenStreams();
  private readonly methods = new Map<string, BoundMethod>();
  private readonly retired = new Set<string>();
  /** Full name of the gRPC service → our name of who serves it. */
  private readonly owners = new Map<string, string>();
  private isDraining = false;
  private isListening = false;

  constructor(private readonly options: GrpcHostOptions = {}) {}

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
        const bound = bindMethod(method, this.unlessRetired(method.path, handler), options);
        this.methods.set(method.path, bound);
        implementation[key] = toWireHandler(bound, this.streams);
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
   * @throws {PlaintextRefused} on other than loopback without TLS, unless allowed
   */
  async listen(host: string, port: number): Promise<number> {
    const { tls } = this.options;
    if (tls === undefined && !isLoopback(host) && this.options.allowPlaintext !== true) {
      throw new PlaintextRefused(host);
    }
    if (!this.isListening) {
      this.addStandardServices();
    }
    const credentials =
      tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(
            tls.clientAuthority ?? null,
            [{ cert_chain: tls.certificate, private_key: tls.privateKey }],
            tls.clientAuthority !== undefined,
          );
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
