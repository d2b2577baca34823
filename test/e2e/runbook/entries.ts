import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What the runbook says of an alarm. */
export interface Entry {
  /** Names of the alarms, without that of the stack. */
  readonly alarms: readonly string[];
  /** Means, Look, End: what stands under each. */
  readonly parts: Readonly<Record<string, string>>;
  readonly commands: Readonly<Record<'Look' | 'End', readonly string[]>>;
}

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const RUNBOOK = readFileSync(path.join(REPOSITORY, 'docs/operations.md'), 'utf8');

/** Lines of the blocks of code of a text. */
function commandsIn(text = ''): string[] {
  return Array.from(text.matchAll(/^```\n([\s\S]*?)^```$/gm)).flatMap(([, block = '']) =>
    block.trimEnd().split('\n'),
  );
}

function entryOf(section: string): Entry {
  const [heading = '', ...rest] = section.split('\n');
  const alarms = Array.from(heading.matchAll(/`<name>-([a-z-]+)`/g), ([, name = '']) => name);
  const texts = rest
    .join('\n')
    .split(/^\*\*(Means|Look|End)\.\*\*/m)
    .slice(1);
  const parts = Object.fromEntries(
    texts.flatMap((title, index) => (index % 2 === 0 ? [[title, (texts[index + 1] ?? '').trim()]] : [])),
  );
  return { alarms, parts, commands: { Look: commandsIn(parts.Look), End: commandsIn(parts.End) } };
}

/** The entries of docs/operations.md. */
export const ENTRIES: readonly Entry[] = RUNBOOK.split(/^(?=##)/m)
  .filter((section) => section.startsWith('### `<name>-'))
  .map((section) => entryOf(section.replace(/^### /, '')));

const OUTBOXES = RUNBOOK.split(/^(?=##)/m).find((section) => section.startsWith('## Outboxes')) ?? '';

/** Every command of the entries, and of the section about outboxes. */
export const COMMANDS: readonly string[] = [
  ...new Set([
    ...ENTRIES.flatMap(({ commands }) => [...commands.Look, ...commands.End]),
    ...commandsIn(OUTBOXES),
  ]),
];

/** The words of a command line, as far as ours are quoted. */
export function wordsOf(command: string): string[] {
  return Array.from(command.matchAll(/(?:[^\s"]|"[^"]*")+/g), ([word]) => word.replaceAll('"', ''));
}
