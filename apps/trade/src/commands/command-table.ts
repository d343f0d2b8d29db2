import type { Command } from '../cli/command';
import { accountsCommand } from './accounts';
import { adoptCommand } from './adopt';
import { differencesCommand } from './differences';
import { dismissCommand } from './dismiss';
import { dlqCommand } from './dlq';
import { doctorCommand } from './doctor';
import { explainCommand } from './explain';
import { flattenCommand } from './flatten';
import { haltCommand } from './halt';
import { limitsCommand } from './limits';
import { migrateCommand } from './migrate';
import { orderCommand } from './order';
import { ordersCommand } from './orders';
import { positionsCommand } from './positions';
import { reconcileCommand } from './reconcile';
import { resumeCommand } from './resume';
import { statusCommand } from './status';
import { trainCommand } from './train';
import { verifyCommand } from './verify';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  statusCommand,
  accountsCommand,
  positionsCommand,
  ordersCommand,
  explainCommand,
  orderCommand,
  haltCommand,
  resumeCommand,
  flattenCommand,
  limitsCommand,
  reconcileCommand,
  differencesCommand,
  adoptCommand,
  dismissCommand,
  verifyCommand,
  trainCommand,
  migrateCommand,
  dlqCommand,
  doctorCommand,
];
