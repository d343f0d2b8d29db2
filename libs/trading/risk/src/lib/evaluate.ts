import type { RiskInput } from './risk-input';
import type { RiskVerdict } from './verdict';

/** Says whether an order may be sent. */
export declare function evaluateOrder(input: RiskInput): RiskVerdict;
