import { readFileSync } from 'node:fs';
import { SimulatorError } from './simulator-errors';

/**
 * The secret that a terminal and its gateway share: a file with at least 32 hexadecimal digits, which stand for the
 * key's bytes. White space around them is ignored.
 * @throws SimulatorError KEY_UNREADABLE; the message never holds what the file does
 */
export function readTerminalKey(path: string): Buffer {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new SimulatorError('KEY_UNREADABLE', `The key file ${path} cannot be read.`, { cause });
  }
  if (!/^([0-9a-fA-F]{2}){16,}$/.test(text)) {
    throw new SimulatorError('KEY_UNREADABLE', `The key file ${path} must hold at least 32 hexadecimal digits.`);
  }
  return Buffer.from(text, 'hex');
}
