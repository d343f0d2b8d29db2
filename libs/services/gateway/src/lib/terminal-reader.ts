import { terminal, type gateway } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';
import { answerForm, askTerminal, RequestRefused, type AnswerForm } from './ask-terminal';
import type { TerminalSession } from './terminal-session';
import { historyOf, snapshotOf } from './wire';

/** Deals, orders and movements of cash of one page: a frame holds more. */
const HISTORY_PAGE = 500;

const snapshotForm = answerForm('snapshot', terminal.snapshotSchema);
const historyForm = answerForm('history', terminal.historySchema);

/** Reads what a terminal shows of its broker. */
export class TerminalReader {
  constructor(private readonly timeoutMs: number) {}

  /** @throws RpcError TERMINAL_NO_ANSWER, or as the terminal refuses */
  async snapshot(session: TerminalSession): Promise<gateway.Snapshot> {
    const frame = await this.ask(session, 'snapshot.get', {}, snapshotForm);
    const { accountId, greeting, symbolOf } = session;
    return snapshotOf(frame, accountId, greeting.hello, symbolOf, session.isBrokerConnected);
  }

  /** One page of the broker's history. @throws RpcError as above */
  async history(
    session: TerminalSession,
    { fromUs, after }: gateway.ListHistoryRequest,
  ): Promise<gateway.ListHistoryResponse> {
    const page: terminal.HistoryGet = { from: fromUs, limit: HISTORY_PAGE, ...(after === '' ? {} : { after }) };
    return historyOf(await this.ask(session, 'history.get', page, historyForm), session.symbolOf);
  }

  private async ask<T>(session: TerminalSession, type: string, body: unknown, form: AnswerForm<T>): Promise<T> {
    try {
      return await askTerminal(session.connection, type, body, form, this.timeoutMs);
    } catch (error) {
      if (error instanceof RequestRefused) throw new RpcError('FAILED_PRECONDITION', error.code, error.message);
      throw new RpcError('UNAVAILABLE', 'TERMINAL_NO_ANSWER', `The terminal did not answer ${type}.`);
    }
  }
}
