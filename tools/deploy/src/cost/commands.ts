import { type Command, CommandFailed } from '../command';
import { costsOf, type TierCost } from './budget';

const dollars = (amount: number): string =>
  amount
    .toFixed(0)
    .replace(/\B(?=(\d{3})+$)/g, ',')
    .padStart(7);

function wordsOf({ tier, items, total, least, most, excepted, isWithin }: TierCost): readonly string[] {
  const allowed = `${dollars(least).trim()} to ${dollars(most).trim()}`;
  const beyond = excepted > 0 ? `, and ${dollars(excepted).trim()} by exceptions` : '';
  return [
    tier,
    ...items.map(({ resource, amount, folder }) => `  ${dollars(amount)}  ${resource}  (${folder})`),
    `  ${dollars(total)}  a month; the budget is ${allowed}${beyond}: ${isWithin ? 'within' : 'BEYOND'}`,
    '',
  ];
}

export const costCommands: Readonly<Record<string, Command>> = {
  cost: {
    usage: '',
    summary: "Estimate what each tier costs a month, from the infrastructure's sizes, against the budgets",
    run: (_args, { root, out }) => {
      const costs = costsOf(root);
      for (const line of costs.flatMap(wordsOf)) out(line);
      out(
        'US dollars, list prices of deploy/prices.yaml at the sizes to start with; without traffic, requests, logs, backups.',
      );
      const beyond = costs.filter(({ isWithin }) => !isWithin).map(({ tier }) => tier);
      if (beyond.length > 0)
        throw new CommandFailed(`Beyond the budget: ${beyond.join(', ')}. See deploy/budgets.yaml.`);
    },
  },
};
