import type { Summary } from './summary';
export declare function finalReport(
  summary: Summary,
  options: { readonly colours: boolean; readonly servesOn: boolean },
): string;
