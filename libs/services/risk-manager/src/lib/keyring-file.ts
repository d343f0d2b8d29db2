import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Logger } from '@trading/platform-logging';
import type { SigningKeys } from './approval-signer';

const CHECK_EVERY_MS = 5_000;

/** A file of signing keys that says something else than keys. What it holds is never shown. */
export class KeyringInvalid extends Error {
  readonly code = 'KEYRING_INVALID';
  constructor(readonly path: string) {
    super(
      `${path} is not {"active": "ID", "keys": {"ID": "PEM private key (Ed25519)"}} with the active key among them.`,
    );
    this.name = 'KeyringInvalid';
  }
}

/**
 * Signing keys that follow a file, so that keys are rotated without a restart. It is read again every few seconds: a
 * mounted secret changes by a swap of links, which notifications miss. What cannot be used leaves the keys as they were.
 */
export class KeyringFile {
  private timer: NodeJS.Timeout | undefined;
  private seen = '';

  constructor(
    private readonly path: string,
    private readonly use: (keys: SigningKeys) => void,
    private readonly logger: Logger,
  ) {}

  /** Takes the keys of now, then those of later. @throws KeyringInvalid, or what reading throws */
  open(checkEveryMs = CHECK_EVERY_MS): void {
    this.take(readFileSync(this.path, 'utf8'));
    this.timer = setInterval(() => void this.check(), checkEveryMs);
    this.timer.unref();
  }

  /** Looks at the file now; never rejects. */
  async check(): Promise<void> {
    try {
      const text = await readFile(this.path, 'utf8');
      if (text !== this.seen) this.take(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn({ reason }, 'The signing keys could not be read again; those before stay in use.');
    }
  }

  close(): void {
    clearInterval(this.timer);
  }

  private take(text: string): void {
    const keys = this.keysIn(text);
    try {
      this.use(keys);
    } catch {
      // Its own error may quote the key.
      throw new KeyringInvalid(this.path);
    }
    this.seen = text;
    this.logger.info({ keyId: keys.activeId, known: Object.keys(keys.keys) }, 'Approvals are signed with this key.');
  }

  private keysIn(text: string): SigningKeys {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch {
      throw new KeyringInvalid(this.path);
    }
    const { active, keys } = (content ?? {}) as { active?: unknown; keys?: unknown };
    const isKeys = typeof keys === 'object' && keys !== null && Object.values(keys).every((k) => typeof k === 'string');
    if (typeof active !== 'string' || !isKeys) throw new KeyringInvalid(this.path);
    return { activeId: active, keys: keys as Readonly<Record<string, string>> };
  }
}
