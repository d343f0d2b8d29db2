import { execution } from '@trading/contracts';
import { resolvingCommand } from '../reconcile/resolve';

export const adoptCommand = resolvingCommand({
  name: 'adopt',
  summary: "Take the broker's side of a difference into the books",
  about: [
    "A position is brought to the broker's volume and price by a fill that is marked as adopted, at no profit; cash by a",
    'correction; an order that the broker does not have is ended, one that only the broker has is taken over; an order',
    'whose outcome nobody knows becomes the ticket that the difference names, or of several the one that --ticket says.',
    'Nothing is sent to the broker.',
  ],
  resolution: execution.DifferenceStatus.ADOPTED,
});
