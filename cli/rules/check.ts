import { parseArgs } from 'node:util';
import type { AlertSettings } from '../../lib/domain/alerts/routing.ts';
import type { RuleSet } from '../../lib/domain/rules/rule-set.ts';
import { DEFAULT_RULES } from '../../lib/rule-file/defaults.ts';
import { UsageError, usage } from '../connect.ts';
import { count } from '../lines.ts';
import { readAlertSettings, readRuleFile } from './read-rule-file.ts';

/**
 * Says what is in a rule file.
 *
 * @throws RuleFileError, UnreadableRuleFileError, UsageError
 */
export function check(args: readonly string[]): void {
  const { positionals } = usage(() => parseArgs({ args: [...args], allowPositionals: true, options: {} }));
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new UsageError('check needs one file');
  console.log(`${file}: ${describe(readRuleFile(file), readAlertSettings(file))}`);
}

function describe({ entries }: RuleSet, { routes }: AlertSettings): string {
  const builtIn = new Set(DEFAULT_RULES.entries.map(({ id }) => id));
  const own = new Set(entries.map(({ id }) => id).filter((id) => !builtIn.has(id)));
  const overrides = entries.length - own.size;
  const parts = [count(own.size, 'rule'), count(overrides, 'override')];
  if (routes.length > 0) parts.push(count(routes.length, 'route'));
  return `${parts.join(', ')}; ${builtIn.size} built in`;
}
