import type { Service } from '../registry/schema';
import type { TierSettings } from './tiers';

const WORKLOAD = 'WorkloadType';

/** Taints of the groups, as the infrastructure sets them. */
const TAINTS = { ml: 'ml-workload', 'high-memory': 'high-memory-workload' } as const;

/** Which nodes a service needs, where its group is there; any others where the tier has no such group. */
export function placementOf(service: Service, tier: TierSettings): { affinity: object; tolerations: object[] } {
  const group = service.nodes;
  if (group === 'general' || !tier.nodeGroups.includes(group)) return { affinity: {}, tolerations: [] };
  return {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: WORKLOAD, operator: 'In', values: [group] }] }],
        },
      },
    },
    tolerations: [{ key: TAINTS[group], operator: 'Equal', value: 'true', effect: 'NoSchedule' }],
  };
}
