import { Decimal } from '@trading/trading-market';
import { DENIAL_CODES, type DenialCode } from './codes';
import type { CheckResult, DeniedVerdict } from './verdict';

type Shown = Decimal | number | boolean | string;

/** The checks of one order as they are made: passed ones, then at most one that failed. */
export class Checklist {
  private readonly made: CheckResult[] = [];
  private failed: CheckResult | undefined;

  get results(): readonly CheckResult[] {
    return this.made;
  }

  /** Notes a check and says whether it passed. `message` is for the failure; absent: the sentence of the code. */
  check(code: DenialCode, passed: boolean, observed: Shown, limit: Shown, message?: string): boolean {
    const sentence = passed ? 'Passed.' : (message ?? DENIAL_CODES[code]);
    const result: CheckResult = { code, passed, observed: show(observed), limit: show(limit), message: sentence };
    this.made.push(result);
    if (!passed) this.failed ??= result;
    return passed;
  }

  /** A check that failed without a limit to compare with. */
  fail(code: DenialCode, observed: Shown, message?: string): null {
    this.check(code, false, observed, '', message);
    return null;
  }

  denial(): DeniedVerdict {
    const { code, message } = this.failed ?? { code: 'RISK_UNAVAILABLE', message: DENIAL_CODES.RISK_UNAVAILABLE };
    return { kind: 'denied', code, message, checks: this.made };
  }
}

/** Plain notation; what a division made endless is cut to 8 decimals, for people. */
export function show(value: Shown): string {
  return Decimal.isDecimal(value) ? value.toDecimalPlaces(8).toFixed() : String(value);
}
