import {
  freshQuoteDelayMs,
  OUTCOME_ROWS,
  outcomeClass,
  type CommandVerb,
  type OutcomeClass,
  type TerminalPlatform,
} from './outcome-classes';

/** The table once more, as it is written for people; `a-b` is a range. What is left out must be unknown. */
const WRITTEN: Readonly<Record<TerminalPlatform, Readonly<Record<Exclude<OutcomeClass, 'unknown'>, string>>>> = {
  MT5: {
    done: '10008 10009 10010',
    'fresh-quote': '10004 10020 10021',
    'back-off': '10024 10029',
    repairable: '10018 10030 10036 10039',
    final: '10006 10007 10041 10013-10017 10019 10022 10026 10027 10032-10035 10038 10040 10042-10046',
  },
  MT4: {
    done: '0',
    'fresh-quote': '129 135 138 136',
    'back-off': '4 8 137 141 146',
    repairable: '132',
    final: '3 5 7 9 64 65 130 131 133 134 140 144 145 147-150 4000-4999',
  },
};

const VERBS: readonly CommandVerb[] = ['submit', 'modify', 'cancel'];
const NO_CHANGE: Readonly<Record<TerminalPlatform, number>> = { MT4: 1, MT5: 10025 };

function codesOf(text: string): number[] {
  return text.split(' ').flatMap((cell) => {
    const [from = NaN, to = from] = cell.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

const CELLS = (['MT4', 'MT5'] as const).flatMap((platform) =>
  Object.entries(WRITTEN[platform]).map(
    ([outcome, text]) => [platform, outcome as OutcomeClass, codesOf(text)] as const,
  ),
);

describe('the class of an answer', () => {
  it.each(CELLS)('%s: %s are the codes of the table, whatever was commanded', (platform, outcome, listed) => {
    for (const verb of VERBS) {
      expect(listed.map((code) => outcomeClass(platform, verb, code))).toEqual(listed.map(() => outcome));
    }
  });

  it.each(['MT4', 'MT5'] as const)('%s: any other code is unknown', (platform) => {
    const listed = new Set(CELLS.filter(([of]) => of === platform).flatMap(([, , codes]) => codes));
    const others = Array.from({ length: 11_010 }, (_, i) => i - 10).filter((code) => !listed.has(code));
    for (const verb of VERBS) {
      const known = others.filter((code) => outcomeClass(platform, verb, code) !== 'unknown');
      expect(known).toEqual(verb === 'modify' ? [NO_CHANGE[platform]] : []);
    }
    expect(outcomeClass(platform, 'submit', NaN)).toBe('unknown');
  });

  it('takes "no change" as done for a modification only', () => {
    for (const platform of ['MT4', 'MT5'] as const) {
      const classes = VERBS.map((verb) => outcomeClass(platform, verb, NO_CHANGE[platform]));
      expect(classes).toEqual(['unknown', 'done', 'unknown']);
    }
  });

  it('is final without a connection only where the terminal knew before it sent', () => {
    for (const [platform, code] of [['MT4', 6] as const, ['MT5', 10031] as const]) {
      expect(outcomeClass(platform, 'submit', code)).toBe('unknown');
      expect(outcomeClass(platform, 'submit', code, true)).toBe('final');
    }
    expect(outcomeClass('MT5', 'submit', 10012, true)).toBe('unknown');
  });

  it('has each code once for each verb', () => {
    for (const rows of Object.values(OUTCOME_ROWS)) {
      for (const verb of VERBS) {
        const seen = rows.filter((row) => row.verb === undefined || row.verb === verb);
        const codes = seen.flatMap(({ from, to }) => codesOf(`${from}-${to}`));
        expect(new Set(codes).size).toBe(codes.length);
      }
    }
  });

  it('waits 5 s where MetaTrader 4 is off quotes', () => {
    expect(freshQuoteDelayMs('MT4', 136)).toBe(5000);
    expect(freshQuoteDelayMs('MT4', 138)).toBe(0);
    expect(freshQuoteDelayMs('MT5', 136)).toBe(0);
  });
});
