import { z } from 'zod';

/* Forms that fields of several messages have. */

export const decimal = z.string().regex(/^-?\d+(\.\d+)?$/, 'a decimal number as a string');
export const side = z.enum(['BUY', 'SELL']);
export const us = z.number().int();
