/**
 * Whether services are alive and ready: probes that services register by name, and the HTTP answers on them. Knows no
 * service. Start with `health-directory`.
 */
export { HealthDirectory, type Probe, type ServiceHealth } from './lib/health-directory';
export { ServiceProbes } from './lib/service-probes';
export { HealthModule } from './lib/health.module';
