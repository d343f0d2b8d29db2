import { resolve } from 'node:path';
import { startHttp, type ProcessLifecycle } from '@trading/platform-bootstrap';
import type { Logger } from '@trading/platform-logging';
import { InProcessBus, type DeliveryFailure } from '@trading/platform-messaging';
import { FolderObjectStore } from '@trading/platform-object-store';
import { serviceConfigs, simulatorConfig, type SystemFacts } from './configs';
import { databaseUrlOf } from '../front/database-url';
import { surroundingsOf } from '../front/surroundings';
import type { Place } from '../report/banner';
import { leaveEndpoints } from './endpoints-file';
import { chooseListenPorts, HOST, movedNotes } from './listen-ports';
import { SHIPPED_MODELS } from './prepare';
import { startServices, type RunningServices } from './services';
import { startSimulator } from './simulator-process';
import { openStores } from './stores';
import type { TradingSystem } from './trading-system';

const SIMULATOR_PROGRAM = resolve(__dirname, '../../../terminal-simulator/src/main.js');
/** A message that still fails after so many tries will not succeed by itself. */
const GIVE_UP_AFTER = 6;

export type System = TradingSystem & RunningServices;

/** Starts stores, services and the terminal simulator; whatever was started is handed to the lifecycle at once. */
export async function startSystem(
  facts: SystemFacts,
  lifecycle: ProcessLifecycle,
  logger: Logger,
  onDefect: (reason: string) => void,
  simulatorProgram = SIMULATOR_PROGRAM,
): Promise<System> {
  const { options, secrets, model, run } = facts;
  const ports = await chooseListenPorts(options);
  const stores = await openStores({
    databaseUrl: databaseUrlOf(process.env),
    dataDir: options.dataDir,
    port: options.ports.postgres.port,
    logger,
  });
  lifecycle.addClosing('stores', () => stores.close());
  const bus = new InProcessBus({ log: logger, onError: (failure) => giveUp(failure, onDefect) });
  lifecycle.addClosing('event bus', () => bus.close());
  const models = await FolderObjectStore.open(model?.folder ?? SHIPPED_MODELS);
  const services = await startServices(
    serviceConfigs(facts, ports.terminal.port),
    { stores, bus, models, secrets, logger, alerts: surroundingsOf(process.env) },
    lifecycle,
  );
  const http = lifecycle.addHttp(
    await startHttp({ health: lifecycle.health, host: HOST, port: ports.http.port, logger }),
  );
  const endpoints = {
    http: `http://${HOST}:${http.port}`,
    grpc: `${HOST}:${await lifecycle.grpcHost.listen(HOST, ports.grpc.port)}`,
    terminal: `${HOST}:${services.terminalPort}`,
  };
  const forget = leaveEndpoints(options.dataDir, {
    pid: process.pid,
    http: endpoints.http,
    grpc: endpoints.grpc,
    operatorTokenFile: secrets.operatorTokenFile,
    accounts: [run.accountId],
    startedAt: new Date().toISOString(),
  });
  lifecycle.addClosing('endpoints', forget);
  const simulator = await startSimulator(simulatorProgram, simulatorConfig(facts, services.terminalPort), logger);
  lifecycle.addClosing('terminal simulator', () => simulator.stop());
  const notes = movedNotes(options, ports, endpoints);
  if (stores.embedded?.adopted === true) notes.push('Adopted the PostgreSQL server that was left running.');
  if (simulator.adopted) notes.push('Adopted the terminal simulator that was left running.');
  const places: Place[] = [
    ['HTTP', `${endpoints.http}  (/health, /ready, /metrics)`],
    ['gRPC', endpoints.grpc],
    ['Terminal', endpoints.terminal],
    ['PostgreSQL', stores.embedded === undefined ? 'DATABASE_URL' : `${HOST}:${stores.embedded.port}`],
  ];
  const countStored: System['countStored'] = (measurement, tags) => stores.timeSeries.count(measurement, tags);
  return { ...services, simulator, places, notes, countStored };
}

function giveUp({ attempt, delivery, error }: DeliveryFailure, onDefect: (reason: string) => void): void {
  if (attempt < GIVE_UP_AFTER) return;
  onDefect(
    `A message of ${delivery.topic} cannot be handled: ${error instanceof Error ? error.message : String(error)}`,
  );
}
