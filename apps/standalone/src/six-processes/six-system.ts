import { join, resolve } from 'node:path';
import type { ProcessLifecycle } from '@trading/platform-bootstrap';
import type { Logger } from '@trading/platform-logging';
import type { Place } from '../report/banner';
import { wantsColours } from '../report/colours';
import { simulatorConfig } from '../system/configs';
import { leaveEndpoints } from '../system/endpoints-file';
import { HOST } from '../system/listen-ports';
import type { Prepared } from '../system/prepare';
import { startSimulator } from '../system/simulator-process';
import type { TradingSystem } from '../system/trading-system';
import type { DevOptions } from './dev-options';
import { environmentsOf } from './environments';
import { LeavingAtOnce } from './leaving-at-once';
import { endLeftServices, signal as signalProcess } from './pid-file';
import { placesOf } from './places';
import { bringUpServers, stopServers, stopServersBehind } from './servers';
import { connectToSix } from './six-clients';
import { chooseSixPorts } from './six-ports';
import { DIST, logFileOf, SixProcesses } from './six-processes';
import { forEachOfSix, SIX, type SixName } from './six-services';
import { StoredCounts } from './stored-counts';
import { untilReady } from './until-ready';
import { watchSources } from './watch-sources';

const SIMULATOR_PROGRAM = resolve(DIST, 'apps/terminal-simulator/src/main.js');
const READY_WITHIN_MS = 180_000;
/** How long a run waits for a service that is started again. */
const AWAY_AT_MOST_MS = 120_000;

/** Starts all of the processes, whose `/ready` are at these addresses, in any order. */
export type Launch = (processes: SixProcesses, http: Readonly<Record<SixName, string>>) => void | Promise<void>;

/** Servers of a data folder. */
export function serversFolder(dataDir: string): string {
  return join(dataDir, 'servers');
}

/**
 * Starts servers, the six services and the terminal simulator; whatever was started is handed to the lifecycle at once,
 * which ends it in the opposite order.
 */
export async function startSixSystem(
  options: DevOptions,
  { facts }: Prepared,
  lifecycle: ProcessLifecycle,
  logger: Logger,
  launch: Launch = (processes) => processes.start(),
): Promise<TradingSystem> {
  const { dataDir } = options;
  const { secrets, run } = facts;
  const signal = lifecycle.stopRequested;
  const left = await endLeftServices(dataDir);
  const ports = await chooseSixPorts(options.ports);
  const folder = serversFolder(dataDir);
  const atExit = new LeavingAtOnce();
  if (!options.keepServers) atExit.set('servers', () => stopServersBehind(folder));
  lifecycle.addClosing('servers', async () => {
    atExit.clear('servers');
    if (!options.keepServers) await stopServers(folder);
  });
  const servers = await bringUpServers({
    folder,
    env: process.env,
    freePorts: options.ports.http.port === 0,
    prometheus: options.prometheus,
    watched: forEachOfSix((name) => `${HOST}:${ports.of[name].http}`),
    signal,
  });
  const processes = new SixProcesses({
    dataDir,
    environments: environmentsOf(facts, servers, ports.of, process.env),
    logger,
    shown: {
      least: options.logLevel,
      colours: wantsColours(process.stderr, process.env),
      write: (text) => process.stderr.write(text),
    },
  });
  atExit.set('services', () => processes.kill());
  lifecycle.addClosing('services', () => processes.stop());
  await launch(
    processes,
    forEachOfSix((name) => `http://${HOST}:${ports.of[name].http}`),
  );
  await untilReady(
    SIX.map((name) => ({
      process: processes.of[name],
      http: `http://${HOST}:${ports.of[name].http}`,
      logFile: logFileOf(dataDir, name),
    })),
    { withinMs: READY_WITHIN_MS, signal },
  );
  const six = connectToSix(
    forEachOfSix((name) => `${HOST}:${ports.of[name].grpc}`),
    secrets.serviceToken,
    { withinMs: AWAY_AT_MOST_MS, isOver: () => signal.aborted },
  );
  lifecycle.addClosing('clients', () => six.close());
  const stored = new StoredCounts(servers, process.env, logger);
  lifecycle.addClosing('time series', () => stored.close());
  const forget = leaveEndpoints(dataDir, {
    pid: process.pid,
    services: forEachOfSix((name) => ({
      http: `http://${HOST}:${ports.of[name].http}`,
      grpc: `${HOST}:${ports.of[name].grpc}`,
    })),
    operatorTokenFile: secrets.operatorTokenFile,
    accounts: [run.accountId],
    startedAt: new Date().toISOString(),
  });
  lifecycle.addClosing('endpoints', forget);
  const terminalPort = ports.of['mt5-gateway'].terminal ?? 0;
  const simulator = await startSimulator(SIMULATOR_PROGRAM, simulatorConfig(facts, terminalPort), logger);
  atExit.set('simulator', () => signalProcess(simulator.pid, 'SIGKILL'));
  lifecycle.addClosing('terminal simulator', async () => {
    await simulator.stop();
    atExit.clear('simulator');
  });
  if (options.watch) {
    const watch = watchSources({ processes: processes.of, logger });
    lifecycle.addClosing('watching', () => watch.close());
  }
  const notes = [...ports.notes, ...servers.notes];
  if (left.length > 0) notes.push(`Services that were left running were stopped: ${left.join(', ')}.`);
  if (simulator.adopted) notes.push('Adopted the terminal simulator that was left running.');
  const places: readonly Place[] = placesOf(options, servers, ports.of);
  return { clients: six.clients, simulator, places, notes, countStored: (name, tags) => stored.count(name, tags) };
}
