import type { Console } from './console';
import type { Connect } from '../system/system';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** How the help calls its value. */
  readonly value?: string;
  readonly about: string;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** Options as they were given. */
export class OptionValues {
  constructor(private readonly values: ReadonlyMap<string, string | true>) {}

  text(name: string): string | undefined {
    const value = this.values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  flag(name: string): boolean {
    return this.values.has(name);
  }

  get names(): readonly string[] {
    return [...this.values.keys()];
  }
}

export interface CommandContext {
  readonly options: OptionValues;
  readonly positionals: readonly string[];
  readonly console: Console;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly connect: Connect;
}

/** One command of `./trade`. */
export interface Command {
  readonly name: string;
  /** After its name: `[ACCOUNT | --all]`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What there is to know besides, for its own help. */
  readonly about: string;
  /** Beside those that every command has. */
  readonly options: OptionTable;
  readonly maxPositionals: number;
  /** @returns the exit code */
  run(context: CommandContext): Promise<number>;
}

/** Options of every command. */
export const COMMON_OPTIONS: OptionTable = {
  json: { type: 'boolean', about: 'One JSON document on stdout instead of text' },
  'data-dir': { type: 'string', value: 'FOLDER', about: 'Where the system keeps its data (default .data)' },
  help: { type: 'boolean', about: 'Show this help' },
};

/** Options of the commands that talk to a running system. */
export const SYSTEM_OPTIONS: OptionTable = {
  grpc: { type: 'string', value: 'HOST:PORT', about: "Address of the services (default: the running system's)" },
  'token-file': {
    type: 'string',
    value: 'FILE',
    about: "File with the operator's token (else TRADING_OPERATOR_TOKEN_FILE, else the running system's)",
  },
  ca: { type: 'string', value: 'FILE', about: "Authorities of the services' certificates (else GRPC_TLS_CA_FILE)" },
  cert: { type: 'string', value: 'FILE', about: 'Own certificate, for mutual TLS (else GRPC_TLS_CERT_FILE)' },
  key: { type: 'string', value: 'FILE', about: 'Key of that certificate (else GRPC_TLS_KEY_FILE)' },
};

/** All options that a command takes. */
export function optionsOf(command: Command): OptionTable {
  return { ...command.options, ...COMMON_OPTIONS };
}
