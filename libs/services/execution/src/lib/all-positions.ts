import type { execution } from '@trading/contracts';
import type { AccountLeases } from './account-lease';
import type { ExecutionStage } from './execution-stage';
import type { Forwarding, IncomingCall } from './forwarding';

/** Positions of all accounts, each told by the process that writes it. */
export class AllPositions {
  constructor(
    private readonly forwarding: Forwarding,
    private readonly leases: AccountLeases,
  ) {}

  async everywhere(stages: ReadonlyMap<string, ExecutionStage>, call: IncomingCall): Promise<execution.Position[]> {
    const places = await this.forwarding.otherPlaces(call);
    const others = await Promise.allSettled(
      places.map((place) => this.forwarding.send(place, call, (client) => client.listPositions({ accountId: '' }))),
    );
    // A process that is gone has let its accounts go, or will soon: its positions are told from here meanwhile.
    const theirs = others.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value.positions : []));
    const told = new Set(theirs.map(({ accountId }) => accountId));
    const ours = [...stages.values()].filter(
      ({ writer: { accountId } }) => this.leases.has(accountId) || !told.has(accountId),
    );
    return [
      ...ours.flatMap(({ writer, timeUs }) => writer.books.positions(writer.lastSeq, timeUs)),
      ...theirs.filter(({ accountId }) => !this.leases.has(accountId)),
    ];
  }
}
