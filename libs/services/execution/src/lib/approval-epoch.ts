import { common } from '@trading/contracts';

/** The epoch that an approval is signed for; another writer's is worth nothing to this one. */
export function epochOf(approval: common.Approval | undefined): number | undefined {
  return approval && common.ApprovalEnvelope.decode(approval.envelope).epoch;
}
