import { table } from '../cli/table';
import type { Finding } from './check';

const SIGNS: Readonly<Record<Finding['state'], string>> = { ok: 'ok', warning: 'note', missing: 'MISSING' };

/** The findings for people, with the packages to install where Debian has them. */
export function diagnosisWords(findings: readonly Finding[], machine: { isDebian: boolean; isRoot: boolean }): string {
  const lines = findings.map(({ state, what, found }) => [SIGNS[state], what, found]);
  const advice = findings.filter((finding) => finding.advice !== '').map(({ what, advice }) => `${what}: ${advice}`);
  const bad = findings.filter(({ state }) => state === 'missing').length;
  return [
    table(lines),
    ...(advice.length === 0 ? [] : ['', ...advice]),
    ...(machine.isDebian ? ['', debianWords(findings, machine.isRoot)] : []),
    '',
    bad === 0 ? 'This machine has all that is needed.' : `${bad} of ${findings.length} are missing.`,
  ].join('\n');
}

function debianWords(findings: readonly Finding[], isRoot: boolean): string {
  const packages = [...new Set(findings.flatMap(({ debianPackage }) => debianPackage ?? []))];
  if (packages.length === 0) return 'Debian packages to install: none.';
  return `Debian packages to install: ${isRoot ? '' : 'sudo '}apt-get install ${packages.join(' ')}`;
}
