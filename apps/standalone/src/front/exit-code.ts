/** 2 usage or configuration, 3 data; undefined when it is neither (a defect). */
export declare function exitCodeOf(error: unknown): 2 | 3 | undefined;
