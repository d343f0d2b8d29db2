/**
 * Named moments at which a test can have a process die as if by a power cut. A service calls `crashPoint` there; without
 * the environment variable CRASH_AT that does nothing. Knows nothing about trading; may import other rooms of platform.
 * Start at lib/crash-points.ts, the catalogue, and lib/crash-point.ts.
 */
export { crashPoint } from './lib/crash-point';
export { CRASH_POINTS, type CrashPointName } from './lib/crash-points';
