import type { Logger } from '@trading/platform-logging';
import { tokensIn, type AccessTokens } from './access-tokens';
import { CHECK_FILES_EVERY_MS, type FileContents, WatchedFiles } from './watched-files';

/** Where the tokens of a process come from: a file, which is read again when it changes, or a text. */
export interface TokenSources {
  readonly operator?: string | undefined;
  readonly operatorFile?: string | undefined;
  readonly service?: string | undefined;
  readonly serviceFile?: string | undefined;
}

export interface TokenFilesOptions {
  readonly logger: Logger;
  /** How often the files are looked at, in milliseconds. */
  readonly checkEveryMs?: number;
}

/** Tokens that follow their files. */
export interface TokenFiles extends AccessTokens {
  /** Looks at the files now. */
  check(): Promise<void>;
  close(): void;
}

/**
 * Tokens that are read again when their files change, without a restart. A file that became unreadable or empty leaves
 * the tokens as they were: an interrupted rotation locks nobody out.
 *
 * @throws what reading throws, for a file that cannot be read at the start
 */
export function openTokenFiles(sources: TokenSources, options: TokenFilesOptions): TokenFiles {
  let { operator, service } = sources;
  const paths = { operator: sources.operatorFile, service: sources.serviceFile };
  const take = (contents: FileContents<'operator' | 'service'>): void => {
    for (const [name, content] of Object.entries(contents)) {
      if (tokensIn(content.toString()).length === 0) throw new Error(`The file of the ${name}'s token is empty.`);
    }
    operator = contents.operator?.toString() ?? operator;
    service = contents.service?.toString() ?? service;
  };
  const files = new WatchedFiles(
    paths,
    (contents) => {
      take(contents);
      options.logger.info({ files: paths }, 'Access tokens were read again.');
    },
    (error) => {
      const reason = error instanceof Error ? error.message : String(error);
      options.logger.warn({ reason }, 'The files of access tokens could not be read again; the tokens stay.');
    },
  );
  take(files.contents);
  files.watch(options.checkEveryMs ?? CHECK_FILES_EVERY_MS);
  return {
    get operator() {
      return operator;
    },
    get service() {
      return service;
    },
    check: () => files.check(),
    close: () => files.close(),
  };
}
