import { execution } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';
import { invalid } from './order-form';
import type { DifferenceDesk, DifferencePorts } from './difference-desk';
import type { Compared, ComparePorts } from './reconcile-account';
import { adoptionOf } from './reconcile-adopt';
import type { ComparedAccount } from './reconciliation-port';

export interface ResolvePorts extends DifferencePorts, ComparePorts {
  readonly desk: DifferenceDesk;
  /** A comparison of now; undefined when none was possible. */
  readonly compare: () => Promise<Compared | undefined>;
}

const { ADOPTED, DISMISSED, OPEN } = execution.DifferenceStatus;

/**
 * An operator's word on a difference: the books take over what the broker has, or leave it. Repeating it changes nothing.
 * @throws RpcError NOT_FOUND, INVALID_ARGUMENT, FAILED_PRECONDITION, UNAVAILABLE
 */
export async function resolveDifference(
  account: ComparedAccount,
  request: execution.ResolveDifferenceRequest,
  by: string,
  ports: ResolvePorts,
): Promise<execution.Difference> {
  const { accountId, differenceId, resolution } = request;
  const reason = request.reason.trim();
  if (resolution !== ADOPTED && resolution !== DISMISSED)
    throw new RpcError('INVALID_ARGUMENT', 'RESOLUTION_INVALID', 'A difference is ADOPTED or DISMISSED.');
  if (reason === '') throw new RpcError('INVALID_ARGUMENT', 'REASON_MISSING', 'Say why: the audit keeps it.');
  const stored = await ports.differences.find(accountId, differenceId);
  if (stored === undefined)
    throw new RpcError('NOT_FOUND', 'DIFFERENCE_UNKNOWN', `Account ${accountId} has no difference ${differenceId}.`);
  if (stored.status === resolution) return stored;
  if (stored.status !== OPEN)
    throw new RpcError('FAILED_PRECONDITION', 'DIFFERENCE_RESOLVED', `It is ${stored.status.slice(18)} already.`);
  if (account.isSimulated)
    throw new RpcError('FAILED_PRECONDITION', 'SIMULATED_TIME', 'In simulated time books follow from the data alone.');

  const { brokerTicket } = request;
  const isAmbiguous = stored.kind === execution.DifferenceKind.AMBIGUOUS;
  if (brokerTicket !== '' && !(isAmbiguous && resolution === ADOPTED))
    invalid('broker_ticket', 'none but of an order whose outcome nobody knows, with ADOPTED');

  if (resolution === ADOPTED) await adopt(account, stored, { reason, brokerTicket }, ports);
  else if (isAmbiguous) await neverWas(account, stored, reason, ports);
  const resolved = await ports.desk.resolve(account.writer, stored, resolution, { by, reason });
  // What it made known may settle more; without an answer of the terminal the next comparison does it.
  const after = await ports.compare().catch(() => undefined);
  if (after?.comparison.complete === true)
    await ports.desk.record(account.writer, after.comparison.differences, after.fetched.view.timeUs);
  return resolved;
}

async function adopt(
  account: ComparedAccount,
  difference: execution.Difference,
  word: { readonly reason: string; readonly brokerTicket: string },
  ports: ResolvePorts,
): Promise<void> {
  const { writer } = account;
  const compared = await ports.compare();
  if (compared?.comparison.complete !== true)
    throw new RpcError('UNAVAILABLE', 'BROKER_UNKNOWN', 'What the broker has now could not be asked; try again later.');
  const isThere = compared.comparison.differences.some(({ differenceId }) => differenceId === difference.differenceId);
  if (!isThere) {
    await ports.desk.record(writer, compared.comparison.differences, compared.fetched.view.timeUs);
    throw new RpcError(
      'FAILED_PRECONDITION',
      'DIFFERENCE_GONE',
      'It is not there any more, or its numbers have changed.',
    );
  }
  const n = await ports.differences.adoptions(difference.accountId, difference.differenceId);
  await writer.exclusive(async () => {
    const { barrier } = writer;
    const { happenings, notes } = adoptionOf({ difference, n, compared, barrier, ...word });
    await writer.commit(happenings, { inStep: false, notes });
  });
}

/** The terminal is made to refuse the order for ever, as far as it can be, and the books end it. */
async function neverWas(
  { writer }: ComparedAccount,
  { accountId, subject: coid, differenceId }: execution.Difference,
  reason: string,
  ports: ResolvePorts,
): Promise<void> {
  await ports.gateway.queryOrder({ accountId, coid, tombstone: true });
  await writer.exclusive(async () => {
    const record = await writer.record(coid);
    if (record?.view.state !== 'UNKNOWN') return;
    const message = `An operator said that it never was: ${reason}`;
    const event = { kind: 'REJECTED', timeUs: record.order.updatedUs, code: 'DISMISSED', message } as const;
    await writer.commit([{ coid, cause: `dismiss:${differenceId}`, event }], { inStep: false });
  });
}
