/**
 * Names that the pipeline and the infrastructure must agree on. A check compares them with the workflows, and with the
 * files of `deploy/terraform`.
 */
export const ROLES = ['trading-github-images', 'trading-github-deploy-staging', 'trading-github-deploy-production'];

/** Where each tier of the cloud runs, and whose pushes it takes. */
export const TARGETS = {
  staging: {
    region: 'us-west-2',
    cluster: 'trading-staging',
    role: 'trading-github-deploy-staging',
    environment: 'staging',
    namespace: 'trading-staging',
    branches: ['develop', 'main'],
  },
  production: {
    region: 'us-west-2',
    cluster: 'trading-prod-primary',
    role: 'trading-github-deploy-production',
    environment: 'production',
    namespace: 'trading-production',
    branches: ['main'],
  },
  'production-dr': {
    region: 'us-east-1',
    cluster: 'trading-prod-secondary',
    role: 'trading-github-deploy-production',
    environment: 'production-dr',
    namespace: 'trading-production',
    branches: ['main'],
  },
} as const;
export type Target = keyof typeof TARGETS;

/** The repository of an app's image in the registry. */
export const repositoryOf = (app: string): string => `trading/${app}`;
