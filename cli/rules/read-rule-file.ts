import { readFileSync } from 'node:fs';
import { getSystemErrorMessage } from 'node:util';
import type { AlertSettings } from '../../lib/domain/alerts/routing.ts';
import type { RuleSet } from '../../lib/domain/rules/rule-set.ts';
import { OtaWatchError } from '../../lib/errors.ts';
import { parseAlertSettings, parseRuleFile } from '../../lib/rule-file/parse.ts';

/** The operating system does not give the content of a rule file. */
export class UnreadableRuleFileError extends OtaWatchError {
  override readonly name = 'UnreadableRuleFileError';
}

/**
 * Reads a rule file: its own entries, without those built in.
 *
 * @throws UnreadableRuleFileError, or RuleFileError that lists what is wrong in it
 */
export function readRuleFile(file: string): RuleSet {
  return parseRuleFile(readText(file), file);
}

/**
 * Reads what a rule file says about alerts.
 *
 * @throws UnreadableRuleFileError, or RuleFileError that lists what is wrong in the file
 */
export function readAlertSettings(file: string): AlertSettings {
  return parseAlertSettings(readText(file), file);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UnreadableRuleFileError(`${file} cannot be read: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  const errno = error instanceof Error && 'errno' in error ? error.errno : undefined;
  return typeof errno === 'number' ? getSystemErrorMessage(errno) : String(error);
}
