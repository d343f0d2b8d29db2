import { AsyncLocalStorage } from 'node:async_hooks';
import type { execution } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';
import { LeaseLost, type AccountLeases } from './account-lease';
import { SequenceTaken } from './account-writer';

/** Marks a call that another execution process has sent on: it is not sent on again. */
export const FORWARDED = 'x-execution-forwarded';

/** Who calls, as far as sending the call on needs it. */
export interface IncomingCall {
  readonly isForwarded: boolean;
  /** The caller's own token, which the other process asks for too. */
  readonly token: string | undefined;
}

/** A call from within this process. */
export const FROM_HERE: IncomingCall = { isForwarded: false, token: undefined };

/**
 * Makes a client of another execution process. It sends {@link FORWARDED} with each call, and the token that `token`
 * gives.
 */
export type ExecutionClientMaker = (address: string, token: () => string | undefined) => execution.ExecutionService;

/** Sends calls about accounts that another process writes to that process, once. */
export class Forwarding {
  private readonly clients = new Map<string, execution.ExecutionService>();
  private readonly tokens = new AsyncLocalStorage<string | undefined>();

  constructor(
    private readonly leases: AccountLeases,
    private readonly own: { readonly owner: string; readonly address: string },
    private readonly clientOf: ExecutionClientMaker | undefined,
  ) {}

  /** Where the account is written; undefined: here, nowhere, or at a place that cannot be reached. */
  async placeOf(accountId: string, call: IncomingCall): Promise<string | undefined> {
    if (this.clientOf === undefined || call.isForwarded) return undefined;
    const holder = await this.leases.holder(accountId);
    const isElsewhere =
      holder?.isCurrent === true &&
      holder.owner !== this.own.owner &&
      holder.address !== '' &&
      holder.address !== this.own.address;
    return isElsewhere ? holder.address : undefined;
  }

  /** The places of all accounts that others write. */
  async otherPlaces(call: IncomingCall): Promise<readonly string[]> {
    if (this.clientOf === undefined || call.isForwarded) return [];
    const holders = [...(await this.leases.holders()).values()];
    return [...new Set(holders.map(({ address }) => address))].filter(
      (address) => address !== '' && address !== this.own.address,
    );
  }

  send<R>(address: string, call: IncomingCall, work: (client: execution.ExecutionService) => R): R {
    let client = this.clients.get(address);
    if (client === undefined) {
      if (this.clientOf === undefined)
        throw new RpcError('UNAVAILABLE', 'HOLDER_UNREACHABLE', 'Other execution processes cannot be called.');
      client = this.clientOf(address, () => this.tokens.getStore());
      this.clients.set(address, client);
    }
    const chosen = client;
    return this.tokens.run(call.token, () => work(chosen));
  }
}

/** Whoever asks again finds the process that writes the account now. */
export async function orUnavailable<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LeaseLost) && !(error instanceof SequenceTaken)) throw error;
    throw new RpcError('UNAVAILABLE', error.code, error.message, {}, { cause: error });
  }
}
