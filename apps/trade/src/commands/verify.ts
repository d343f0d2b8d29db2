import { parseZone } from '@trading/trading-market';
import { resolve } from 'node:path';
import { CliError, UsageError } from '../cli/cli-error';
import { type Command, SYSTEM_OPTIONS } from '../cli/command';
import { count } from '../cli/words';
import { compareStatement, type StatementComparison } from '../statement/compare-statement';
import { readStatement } from '../statement/read-statement';
import { chosenAccounts } from '../system/accounts';

export const verifyCommand: Command = {
  name: 'verify',
  usage: '--statement FILE [--account ACCOUNT] [--tz ZONE]',
  summary: "Compare the books with a terminal's account history, deal by deal",
  about: [
    'Reads what the terminal saves of its account history: the "Detailed Statement" of MetaTrader 4, the "Trade History',
    'Report" of MetaTrader 5, as HTML, or a CSV file with the same columns. Tells of deals that only one side has or that',
    'are there twice, of differing prices, volumes, times and costs, and of cash. The exit code is 1 when there are any.',
    "Times are in the terminal's zone: --tz says which.",
  ].join('\n'),
  options: {
    statement: { type: 'string', value: 'FILE', about: 'The file that the terminal saved' },
    account: { type: 'string', value: 'ACCOUNT', about: 'Whose it is (default: the only one that is traded)' },
    tz: {
      type: 'string',
      value: 'ZONE',
      about: "The broker's zone: UTC, an IANA name or ny+7 (default: the account's)",
    },
    ...SYSTEM_OPTIONS,
  },
  maxPositionals: 0,
  run: async (context) => {
    const { console, options, cwd } = context;
    const file = options.text('statement');
    if (file === undefined) throw new UsageError('Name the file that the terminal saved with --statement FILE.');
    const zoneName = options.text('tz');
    if (zoneName !== undefined && parseZone(zoneName) === undefined)
      throw new UsageError(`--tz takes UTC, an IANA name such as Europe/Athens, or ny+7; not ${zoneName}.`);
    const system = await context.connect(context);
    try {
      const named = options.text('account');
      const choice =
        named === undefined ? ({ kind: 'unsaid' } as const) : ({ kind: 'named', accountId: named } as const);
      const [accountId = ''] = await chosenAccounts(choice, system);
      const { execution: client } = system.clients;
      const { accounts } = await client.listAccounts({});
      const account = accounts.find((each) => each.accountId === accountId);
      if (account === undefined) throw new CliError(`Execution knows no account ${accountId}.`);
      const zone = parseZone(zoneName ?? (account.timeZone === '' ? 'UTC' : account.timeZone));
      if (zone === undefined) throw new UsageError(`Say the broker's zone with --tz; ${account.timeZone} is none.`);
      const statement = await readStatement(resolve(cwd, file), zone);
      const [{ fills }, { entries }] = await Promise.all([
        client.listFills({ accountId, coid: '' }),
        client.listLedger({ accountId, afterNumber: 0 }),
      ]);
      const compared = compareStatement(statement, { fills, ledger: entries, symbols: account.symbols });
      console.out(options.flag('json') ? JSON.stringify({ accountId, ...compared }) : verifyWords(accountId, compared));
      return compared.findings.length === 0 ? 0 : 1;
    } finally {
      system.close();
    }
  },
};

function verifyWords(accountId: string, { deals, equal, findings }: StatementComparison): string {
  const head = `${accountId}: ${equal} of ${count(deals, 'deal')} are in the books as they are in the statement.`;
  if (findings.length === 0) return `${head}\nNothing is missing, doubled or different, and cash is equal.`;
  return [head, ...findings.map(({ kind, message }) => `${kind.padEnd(9)}  ${message}`)].join('\n');
}
