import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Command, CommandFailed, required } from '../command';
import { parseManifest } from '../manifest/manifest';
import { deploymentOf, readRegistry } from '../registry/registry';
import { type ServiceName, SERVICE_NAMES } from '../registry/schema';
import { needTool } from '../toolbox/toolbox';
import { type Target, TARGETS } from './names';
import { type Forward, openForward } from './port-forward';
import { releaseOrder } from './release-order';
import { HelmFailed, revisionsNow, revisionsSchema, rollBackAll, upgradeAll } from './release';
import { runProgram } from './run-program';
import { askAll, type Finding, placeOrder, withOperatorToken } from './smoke';
import { verifyRelease } from './verify';

const text = { type: 'string' } as const;
const DEADLINE_MS = 30_000;

function targetOf(values: Readonly<Record<string, unknown>>): Target {
  const tier = required(values, 'tier');
  if (!Object.hasOwn(TARGETS, tier)) throw new CommandFailed(`--tier takes ${Object.keys(TARGETS).join(', ')}.`);
  return tier as Target;
}

const verify: Command = {
  usage: '--manifest FILE --bundle FILE --tier TIER --registry HOST --repository OWNER/NAME',
  summary: 'Whether the manifest and its images are signed by the pipeline, for a branch that the tier takes.',
  run: (args, { out }) => {
    const options = { manifest: text, bundle: text, tier: text, registry: text, repository: text };
    const { values } = parseArgs({ args: [...args], options });
    const file = required(values, 'manifest');
    const wanted = {
      text: readFileSync(file, 'utf8'),
      file,
      bundle: required(values, 'bundle'),
      tier: targetOf(values),
      registry: required(values, 'registry'),
      repository: required(values, 'repository'),
    };
    const { branch, commit } = verifyRelease(wanted, runProgram);
    out(`${file} is signed: ${branch} at ${commit}, with every image in it.`);
  },
};

const release: Command = {
  usage: '--manifest FILE --tier TIER --registry HOST --revisions FILE',
  summary: 'Upgrades the releases of a tier in order; writes which revisions there were before.',
  run: (args, { root, env, out }) => {
    const options = { manifest: text, tier: text, registry: text, revisions: text };
    const { values } = parseArgs({ args: [...args], options });
    const file = required(values, 'manifest');
    const order = releaseOrder(readRegistry(root));
    const place = { tier: targetOf(values), helm: needTool('helm', env), run: runProgram, say: out };
    const before = revisionsNow(place, order);
    writeFileSync(required(values, 'revisions'), JSON.stringify(before));
    const manifest = parseManifest(readFileSync(file, 'utf8'), file);
    upgradeAll({ ...place, manifest, registry: required(values, 'registry'), order, root }, before);
  },
};

const rollback: Command = {
  usage: '--tier TIER --revisions FILE',
  summary: 'Brings the releases of a tier back to the revisions that `release` wrote down.',
  run: (args, { root, env, out }) => {
    const { values } = parseArgs({ args: [...args], options: { tier: text, revisions: text } });
    const before = revisionsSchema.parse(JSON.parse(readFileSync(required(values, 'revisions'), 'utf8')));
    const place = { tier: targetOf(values), helm: needTool('helm', env), run: runProgram, say: out };
    const stuck = rollBackAll(place, releaseOrder(readRegistry(root)), before);
    if (stuck.length > 0) throw new HelmFailed('(rollback)', 'not everything went back', stuck);
  },
};

const smoke: Command = {
  usage: '--tier TIER [--order "ACCOUNT SYMBOL buy|sell LOTS"]',
  summary: 'Asks health, readiness and gRPC health of every service that runs in a tier; with an order, a paper order.',
  run: async (args, { root, env, out }) => {
    const { values } = parseArgs({ args: [...args], options: { tier: text, order: text } });
    const tier = targetOf(values);
    const registry = readRegistry(root);
    const words = values.order ?? '';
    if (words !== '' && tier !== 'staging')
      throw new CommandFailed('Orders are tried in staging only: it trades on paper.');
    const kubectl = needTool('kubectl', env);
    const open = (name: ServiceName): Promise<Forward> =>
      openForward({
        kubectl,
        namespace: TARGETS[tier].namespace,
        deployment: deploymentOf(name),
        ports: registry.ports,
        deadlineMs: DEADLINE_MS,
      });
    // What waits with no replicas in the other region cannot answer.
    const running = SERVICE_NAMES.filter((name) => registry.services[name].size[tier].replicas > 0);
    const findings = [...(await askAll(running, open, DEADLINE_MS))];
    if (words !== '' && findings.every(({ problems }) => problems.length === 0)) {
      const { door, close } = await open('execution');
      const requestId = `smoke-${env['GITHUB_RUN_ID'] ?? 'by-hand'}-${env['GITHUB_RUN_ATTEMPT'] ?? String(Date.now())}`;
      const main = join(root, 'dist/apps/trade/src/main.js');
      try {
        withOperatorToken(kubectl, TARGETS[tier].namespace, runProgram, (tokenFile) =>
          findings.push(placeOrder({ words, execution: door, tokenFile, requestId, main }, runProgram)),
        );
      } finally {
        close();
      }
    }
    report(findings, out);
  },
};

function report(findings: readonly Finding[], out: (line: string) => void): void {
  for (const { subject, problems } of findings)
    out(`${subject}: ${problems.length === 0 ? 'ok' : problems.join('; ')}`);
  const ill = findings.filter(({ problems }) => problems.length > 0).map(({ subject }) => subject);
  if (ill.length > 0) throw new CommandFailed(`Not well: ${ill.join(', ')}.`);
}

export const pipelineCommands: Readonly<Record<string, Command>> = { verify, release, rollback, smoke };
