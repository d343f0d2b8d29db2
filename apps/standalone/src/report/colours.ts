/** Whether to colour what is written to `out`: a terminal, and NO_COLOR is not set. */
export declare function wantsColours(out: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean;
