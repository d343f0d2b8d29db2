import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CONTRACTS = join(__dirname, '../..');
const BUF = join(CONTRACTS, '../../node_modules/.bin/buf');

/** Output of a program that is expected to fail. */
function refusal(command: string, args: readonly string[]): string {
  try {
    execFileSync(command, args, { cwd: CONTRACTS, stdio: 'pipe', encoding: 'utf8' });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return stdout + stderr;
  }
  throw new Error(`${command} ${args.join(' ')} did not fail.`);
}

describe('the contracts', () => {
  it('are linted, generated as they are committed, and break no reader of the released image', () => {
    const check = [join(CONTRACTS, 'generate.mjs'), '--check'];
    expect(() => execFileSync(process.execPath, check, { stdio: 'pipe' })).not.toThrow();
  }, 30_000);

  it('would be refused with a field renumbered or a message gone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'contracts-'));
    try {
      const proto = (fields: string) => `syntax = "proto3";\npackage trading.common.v1;\n${fields}\n`;
      const file = join(folder, 'common.proto');
      const image = join(folder, 'image.binpb');
      writeFileSync(file, proto('message Money {\n  string amount = 1;\n}\nmessage Gone {}'));
      execFileSync(BUF, ['build', folder, '-o', image], { stdio: 'pipe' });
      writeFileSync(file, proto('message Money {\n  string amount = 2;\n}'));
      const said = refusal(BUF, ['breaking', folder, '--against', image, '--config', 'proto/buf.yaml']);
      expect(said).toContain('"Gone" was deleted');
      expect(said).toContain('"amount"');
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 30_000);
});
