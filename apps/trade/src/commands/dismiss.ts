import { execution } from '@trading/contracts';
import { resolvingCommand } from '../reconcile/resolve';

export const dismissCommand = resolvingCommand({
  name: 'dismiss',
  summary: 'Leave a difference as it is',
  about: [
    'It is not raised again while its numbers stay the same. An order whose outcome nobody knows is ended as one that',
    'never was, and its terminal is made to refuse it for ever. Nothing is sent to the broker.',
  ],
  resolution: execution.DifferenceStatus.DISMISSED,
});
