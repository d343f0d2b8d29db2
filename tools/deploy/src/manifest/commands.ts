import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Command, CommandFailed, required } from '../command';
import { affectedBetween } from './affected';
import { BRANCHES, type BuiltImage, manifestText, mergeManifest, parseBuilt, parseManifest } from './manifest';

const text = { type: 'string' } as const;

/** Prints the outputs of a step of the pipeline: `apps`, a JSON list for a matrix, and `any`. */
const affected: Command = {
  usage: '--base COMMIT --head COMMIT',
  summary: 'The apps whose images differ between two commits; all of them when the base is empty.',
  run: (args, { root, out }) => {
    const { values } = parseArgs({ args: [...args], options: { base: text, head: text } });
    const apps = affectedBetween(root, values.base ?? '', required(values, 'head'));
    out(`apps=${JSON.stringify(apps)}`);
    out(`any=${apps.length > 0}`);
  },
};

const manifest: Command = {
  usage: '[--previous FILE] --built FOLDER --branch BRANCH --commit COMMIT --out FILE',
  summary: 'The manifest of before with the images that were built (FOLDER/image-APP.json).',
  run: (args, { out }) => {
    const options = { previous: text, built: text, branch: text, commit: text, out: text };
    const { values } = parseArgs({ args: [...args], options });
    const branch = BRANCHES.find((name) => name === required(values, 'branch'));
    if (branch === undefined) throw new CommandFailed(`--branch takes ${BRANCHES.join(' or ')}.`);
    const file = values.previous ?? '';
    const merged = mergeManifest({
      previous: file !== '' && existsSync(file) ? parseManifest(readFileSync(file, 'utf8'), file) : undefined,
      built: builtIn(required(values, 'built')),
      branch,
      commit: required(values, 'commit'),
    });
    const target = required(values, 'out');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, manifestText(merged));
    out(`${target}: commit ${merged.commit} of ${merged.branch}`);
  },
};

function builtIn(folder: string): readonly BuiltImage[] {
  const files = readdirSync(folder).filter((name) => /^image-.+\.json$/.test(name));
  return files.sort().map((name) => parseBuilt(readFileSync(join(folder, name), 'utf8'), join(folder, name)));
}

export const manifestCommands: Readonly<Record<string, Command>> = { affected, manifest };
