import type { execution } from '@trading/contracts';
import type { Alert } from '@trading/platform-alerting';

type Order = execution.OrderEvent;

/** What people must hear of new events of orders. */
export function orderAlerts(events: readonly Order[]): Alert[] {
  return events.flatMap((event) => {
    switch (event.kind) {
      case 'ORDER_EVENT_KIND_UNKNOWN':
        return [event.order?.ambiguous === true ? ambiguous(event) : unknown(event)];
      case 'ORDER_EVENT_KIND_OVERFILL':
        return [
          about(event, 'ORDER_OVERFILL', 'critical', `Order ${event.coid} was filled for more than was ordered.`),
        ];
      default:
        return [];
    }
  });
}

/** A fill came after its order had ended. */
export function lateFillAlert(accountId: string, coid: string, fill: execution.Fill | undefined): Alert {
  const { fillId = '', volumeLots = '', symbol = '' } = fill ?? {};
  return {
    code: 'LATE_FILL',
    severity: 'warning',
    text: `Order ${coid} was filled for ${volumeLots} ${symbol} after it had ended; the fill is booked.`,
    about: fillId,
    facts: { account: accountId, order: coid, deal: fillId },
  };
}

/** An order of a group works although another of it is filled. */
export function groupAlert(accountId: string, coid: string, reason: string): Alert {
  return {
    code: 'GROUP_NOT_CANCELED',
    severity: 'critical',
    text: `Order ${coid} could not be canceled yet, although another order of its group is filled; it is tried again.`,
    about: coid,
    facts: { account: accountId, order: coid, reason },
  };
}

/** An account that is to be flat is not yet. */
export function flattenAlert(accountId: string, requestId: string, attempts: number, words: string): Alert {
  return {
    code: 'NOT_FLAT',
    severity: 'critical',
    text: `Account ${accountId} is to be flat and is not after ${attempts} attempts. ${words}`,
    about: requestId,
    facts: { account: accountId, request: requestId, attempts: String(attempts) },
  };
}

/** Books and broker disagree. */
export function differenceAlert({ accountId, differenceId, message, ours, theirs }: execution.Difference): Alert {
  return {
    code: 'DIFFERENCE',
    severity: 'critical',
    text: `Account ${accountId} and its broker disagree: ${message}`,
    about: differenceId,
    facts: { account: accountId, difference: differenceId, ours, theirs },
  };
}

function unknown(event: Order): Alert {
  const text = `Nobody knows what became of order ${event.coid}; the broker is asked.`;
  return about(event, 'ORDER_UNKNOWN', 'warning', text);
}

function ambiguous(event: Order): Alert {
  const text = `Asking the broker did not settle what became of order ${event.coid}: an operator decides.`;
  return about(event, 'ORDER_AMBIGUOUS', 'critical', text);
}

function about(event: Order, code: string, severity: Alert['severity'], text: string): Alert {
  const { accountId, coid, message } = event;
  return { code, severity, text, about: coid, facts: { account: accountId, order: coid, reason: message } };
}
