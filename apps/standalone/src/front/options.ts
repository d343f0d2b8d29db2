import type { UpOptions } from './up-options';
export type ParsedCommand =
  { readonly kind: 'help'; readonly text: string } | { readonly kind: 'run'; readonly options: UpOptions };
export declare function parseUpOptions(argv: readonly string[], env: NodeJS.ProcessEnv, cwd?: string): ParsedCommand;
