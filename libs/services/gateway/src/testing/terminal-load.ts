import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { terminal } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';

/** The key of all terminals of a load. */
export const LOAD_KEY = Buffer.from('0123456789abcdef0123456789abcdef');
export const SYMBOLS = ['EURUSD', 'GBPUSD', 'AUDUSD', 'USDCAD', 'USDCHF'] as const;
const TURN_MS = 5;

/** Terminals that send ticks at a rate, stamped with the time at which they are written. */
export interface LoadTerminals {
  start(): void;
  /** Ends, and answers how many ticks were sent. */
  stop(): number;
}

/** A frame of one tick. */
export function loadFrame(symbol: number, first: number, timeUs: number): Buffer {
  const bid = 1.1 + (first % 100) / 100_000;
  const tick: terminal.TickFrame = {
    symbol: SYMBOLS[symbol % SYMBOLS.length] ?? SYMBOLS[0],
    first,
    t: [timeUs],
    b: [bid.toFixed(5)],
    a: [(bid + 0.0001).toFixed(5)],
  };
  return terminal.encodeFrame(terminal.envelope('tick', tick, timeUs));
}

/** Dials so many terminals, and waits until each was welcomed and has told its symbols. */
export async function dialTerminals(port: number, count: number, ticksPerSecond: number): Promise<LoadTerminals> {
  const sockets: Socket[] = [];
  for (let login = 0; login < count; login++) sockets.push(await dial(port, String(login)));
  let timer: NodeJS.Timeout | undefined;
  let startedMs = 0;
  const sent = new Array<number>(count).fill(0);
  const turn = (): void => {
    const elapsedS = (performance.now() - startedMs) / 1_000;
    sockets.forEach((socket, i) => {
      // Each terminal at its own moment, as they would be.
      const due = Math.floor(elapsedS * ticksPerSecond + i / count);
      for (; (sent[i] ?? due) < due; sent[i] = (sent[i] ?? 0) + 1) {
        const n = sent[i] ?? 0;
        socket.write(loadFrame(n, n + 1, systemClock.nowUs()));
      }
    });
  };
  return {
    start: () => {
      startedMs = performance.now();
      timer = setInterval(turn, TURN_MS);
    },
    stop: () => {
      clearInterval(timer);
      for (const socket of sockets) socket.end();
      return sent.reduce((sum, ticks) => sum + ticks, 0);
    },
  };
}

/** A terminal that proves itself, tells its symbols and answers nothing else. */
async function dial(port: number, login: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  const reader = new terminal.FrameReader();
  const say = (t: string, d: unknown, re?: string): void =>
    void socket.write(
      terminal.encodeFrame(terminal.envelope(t, d, systemClock.nowUs(), re === undefined ? {} : { re })),
    );
  const hello = helloOf(login);
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`Terminal ${login} was sent away.`)));
    socket.on('data', (chunk) => {
      for (const raw of reader.push(chunk)) {
        const { t, d, id } = terminal.envelopeSchema.parse(raw);
        if (t === 'challenge') say('auth', { mac: proofOf(hello, terminal.challengeSchema.parse(d)) });
        if (t === 'reject') reject(new Error(JSON.stringify(d)));
        if (t === 'ping') say('pong', d, id);
        if (t !== 'symbol.get') continue;
        say('symbols', { instruments: SYMBOLS.map(instrumentOf) }, id);
        resolve();
      }
    });
    say('hello', hello);
  });
  return socket;
}

function proofOf({ keyId, nonceC, server, login }: terminal.Hello, { nonceS, sid }: terminal.Challenge): string {
  return terminal.handshakeMac(LOAD_KEY, 'ea1', { keyId, nonceC, nonceS, sid, login, server });
}

function helloOf(login: string): terminal.Hello {
  return {
    proto: 1,
    eaVersion: 'load',
    platform: 'MT5',
    build: '1',
    login,
    server: 'Bench',
    company: 'Bench',
    currency: 'USD',
    leverage: 100,
    marginMode: 'NETTING',
    tradeMode: 'DEMO',
    tradeAllowed: true,
    connected: true,
    caps: [],
    keyId: 'bench',
    nonceC: terminal.newNonce(),
    journalId: `load-${login}`,
    epoch: 0,
  };
}

function instrumentOf(symbol: string): terminal.WireInstrument {
  return {
    symbol,
    brokerSymbol: symbol,
    digits: 5,
    tickSize: '0.00001',
    tickValue: '1',
    contractSize: '100000',
    volumeMin: '0.01',
    volumeMax: '100',
    volumeStep: '0.01',
    stopsLevelPoints: 0,
    freezeLevelPoints: 0,
    baseCurrency: symbol.slice(0, 3),
    profitCurrency: symbol.slice(3),
    marginCurrency: symbol.slice(0, 3),
    marginRate: '1',
    fillingModes: ['FOK', 'IOC'],
    executionMode: 'MARKET',
    stopsOnOpen: 'WITH',
  };
}
