/** Errors of MetaTrader 4 (MQL4 reference, "Error Codes") for the return codes of MetaTrader 5 that a broker answers. */
const MT4_OF_MT5: ReadonlyMap<number, number> = new Map([
  [10004, 138],
  [10006, 3],
  [10007, 3],
  [10008, 0],
  [10009, 0],
  [10010, 0],
  [10011, 1],
  [10012, 128],
  [10013, 3],
  [10014, 131],
  [10015, 129],
  [10016, 130],
  [10017, 133],
  [10018, 132],
  [10019, 134],
  [10020, 135],
  [10021, 136],
  [10022, 147],
  [10023, 1],
  [10024, 141],
  [10025, 1],
  [10026, 64],
  [10027, 4109],
  [10028, 139],
  [10029, 145],
  [10030, 3],
  [10031, 6],
  [10032, 64],
  [10033, 148],
  [10034, 148],
  [10035, 3],
  [10036, 4108],
  [10038, 131],
  [10039, 146],
  [10040, 148],
  [10041, 4108],
  [10042, 140],
  [10043, 4111],
  [10044, 133],
  [10045, 150],
  [10046, 149],
]);

/** MetaTrader 4 says nothing finer of a request than that it was wrong. */
const INVALID_PARAMETERS = 3;

/** What MetaTrader 4 says where MetaTrader 5 answers `retcode`; 0: done. */
export function mt4Code(retcode: number): number {
  return MT4_OF_MT5.get(retcode) ?? INVALID_PARAMETERS;
}
