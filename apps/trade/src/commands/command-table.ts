import type { Command } from '../cli/command';
import { accountsCommand } from './accounts';
import { dlqCommand } from './dlq';
import { doctorCommand } from './doctor';
import { explainCommand } from './explain';
import { flattenCommand } from './flatten';
import { haltCommand } from './halt';
import { migrateCommand } from './migrate';
import { resumeCommand } from './resume';
import { statusCommand } from './status';
import { trainCommand } from './train';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  statusCommand,
  accountsCommand,
  explainCommand,
  haltCommand,
  resumeCommand,
  flattenCommand,
  trainCommand,
  migrateCommand,
  dlqCommand,
  doctorCommand,
];
