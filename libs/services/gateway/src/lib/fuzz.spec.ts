import fc from 'fast-check';
import { terminal, TOPICS } from '@trading/contracts';
import { fuzzTerminalPeer } from '../testing/fuzz-terminal-peer';
import { ACCOUNT, TERMINAL_KEY } from '../testing/gateway-fixture';
import { useGateway } from '../testing/gateway-suite';
import { helloOf, ScriptedTerminal } from '../testing/scripted-terminal';
import { DEAL } from '../testing/terminal-frames';
import { bodyOf, faultOf } from './peer-fault';
import { isReliable, reliableOf } from './reliable-frames';
import { parseTicks } from './tick-frame';

const LIVE = { caps: [] };

describe('whatever a peer sends', () => {
  const accounts = [
    { accountId: ACCOUNT, login: '1001', server: 'Broker', live: false },
    { accountId: 'fuzzed', login: '666', server: 'Broker', live: false },
  ];
  const suite = useGateway({ accounts });

  it.each([1, 2, 3])(
    'costs nobody else anything, seed %d',
    async (seed) => {
      const honest = await suite.gateway.connect(LIVE);
      const target = { port: suite.gateway.port, key: TERMINAL_KEY, hello: { ...LIVE, login: '666' } };
      const counts = await fuzzTerminalPeer(seed, 1_000, target);
      expect(counts.frames).toBeGreaterThanOrEqual(1_000);
      expect(counts.welcomed).toBeGreaterThan(2);
      honest.say('trade.event', DEAL, { seq: 1 });
      await honest.until(({ ack }) => ack === 1);
      expect(honest.isClosed).toBe(false);
      // Nothing was said in the name of the honest account, and a terminal of the other one is let in as before.
      const said = suite.gateway.of(TOPICS.tradeEvent, 'deal').filter(({ key }) => key === ACCOUNT);
      expect(said).toHaveLength(1);
      const next = await ScriptedTerminal.login(suite.gateway.port, {
        key: TERMINAL_KEY,
        hello: helloOf({ ...LIVE, login: '666' }),
      });
      expect(next.of('welcome').length + next.of('reject').length).toBe(1);
      await next.end();
      expect(JSON.stringify(suite.gateway.log.entries)).not.toContain(TERMINAL_KEY.toString());
    },
    60_000,
  );

  it('is read as what it says, or is the fault of the peer', () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(json, fc.constantFrom('trade.event', 'order.event', 'cmd.result', 'cash.event', 'tick'), (d, t) => {
        const one = terminal.envelope(t, d, 1, { seq: 1 });
        try {
          if (isReliable(t)) reliableOf(one, (symbol) => symbol);
          else parseTicks(d, 'a', 1, (symbol) => symbol);
        } catch (error) {
          expect(faultOf(error)).toBeDefined();
        }
      }),
      { seed: 7, numRuns: 2_000 },
    );
  });

  it('is cut into frames without a crash, in any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), fc.boolean(), (chunks, lines) => {
        const reader = new terminal.FrameReader(lines);
        try {
          for (const chunk of chunks) reader.push(Buffer.from(chunk));
        } catch (error) {
          expect(faultOf(error)?.code).toBe('FRAME_INVALID');
        }
      }),
      { seed: 8, numRuns: 2_000 },
    );
  });

  it('that is no object is no message', () => {
    for (const d of [null, 1, 'x', []]) {
      expect(() => bodyOf(terminal.terminalStateSchema, terminal.envelope('terminal', d, 1))).toThrow(/"terminal"/);
    }
  });
});
