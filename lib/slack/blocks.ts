import type {
  ActionsBlock,
  ContextBlock,
  HeaderBlock,
  RichTextBlock,
  RichTextElement,
  RichTextList,
  RichTextPreformatted,
  RichTextSection,
} from '@slack/types';
import { consoleLinkOf, dashboardLinkOf, type Links } from '../alerts/links.ts';
import { cut, DATE_FORMAT, mrkdwnInstant, oneLine, utc } from './text.ts';

/**
 * Blocks of messages. Text that other people wrote only goes into plain_text and into texts of rich_text, which Slack shows
 * as they are.
 */

type Inline = Extract<RichTextElement, { type: 'text' | 'date' }>;
type Style = NonNullable<Inline['style']>;

/** Text as it is: it may have line breaks, so what others wrote has to be one line by now. */
export const text = (value: string, style?: Style): Inline => ({
  type: 'text',
  text: value,
  ...(style && { style }),
});
export const bold = (value: string) => text(value, { bold: true });
export const code = (value: string) => text(value, { code: true });

/** An ISO instant, in the reader's own time. */
export function instant(iso: string): Inline {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return text(oneLine(iso));
  return { type: 'date', timestamp: Math.floor(at / 1_000), format: DATE_FORMAT, fallback: utc(iso) };
}

/** A paragraph. Slack refuses empty texts, so they are left out. */
export function paragraph(...elements: readonly Inline[]): RichTextSection {
  return {
    type: 'rich_text_section',
    elements: elements.filter((element) => element.type !== 'text' || element.text !== ''),
  };
}

export function bullets(items: readonly RichTextSection[]): RichTextList {
  return { type: 'rich_text_list', style: 'bullet', elements: [...items] };
}

export function monospaced(lines: readonly string[]): RichTextPreformatted {
  return { type: 'rich_text_preformatted', elements: [{ type: 'text', text: lines.join('\n') }] };
}

export function richText(...elements: RichTextBlock['elements']): RichTextBlock {
  return { type: 'rich_text', elements };
}

const MAX_HEADER = 150;

export function header(title: string): HeaderBlock {
  return { type: 'header', text: { type: 'plain_text', text: cut(title, MAX_HEADER), emoji: false } };
}

/** Facts that say where a task is found. */
export interface TaskFacts {
  readonly taskId: string;
  readonly description?: string;
  readonly configurationId?: string;
  readonly accountId?: string;
  readonly region?: string;
  readonly observedAt: string;
}

const MAX_FACT = 100;

/** What a rollout is called by people: its description, else the id of its task. */
export function nameOf({ description = '', taskId }: Pick<TaskFacts, 'description' | 'taskId'>): string {
  return cut(description, MAX_HEADER) || cut(taskId, MAX_HEADER) || 'A rollout without a name';
}

/** The facts of a task in words, those that are known. */
export function factsOf(facts: TaskFacts): string[] {
  const told = [
    ['Task', facts.taskId],
    ['Configuration', facts.configurationId],
    ['Account', facts.accountId],
    ['Region', facts.region],
  ] as const;
  return told.flatMap(([label, value]) => (value === undefined ? [] : [`${label} ${cut(value, MAX_FACT)}`]));
}

/** Small print: the facts of a task, and when they were so. */
export function factsBlock(facts: TaskFacts): ContextBlock {
  return {
    type: 'context',
    elements: [
      ...factsOf(facts).map((fact) => ({ type: 'plain_text' as const, text: fact, emoji: false })),
      { type: 'mrkdwn', text: `As of ${mrkdwnInstant(facts.observedAt)}` },
    ],
  };
}

/** Far below Slack's limit of 3,000: all blocks of a message together have one as well. */
const MAX_URL = 1_000;

/** Buttons that lead to what is known of a task elsewhere. */
export function taskButtons(task: TaskFacts, links: Links): ActionsBlock[] {
  const { taskId, region } = task;
  return buttons([
    ['dashboard', 'Open dashboard', dashboardLinkOf(links, taskId)],
    [
      'aws-console',
      'Open AWS console',
      consoleLinkOf(links, { taskId, ...(region !== undefined && { region }) }),
    ],
  ]);
}

/** @param given id of the action, label, and where it leads; those that lead nowhere are left out */
export function buttons(
  given: readonly (readonly [id: string, label: string, url: string | undefined])[],
): ActionsBlock[] {
  const elements = given.flatMap(([id, label, url]) =>
    url === undefined || url.length > MAX_URL || !URL.canParse(url)
      ? []
      : [{ type: 'button' as const, action_id: id, text: { type: 'plain_text' as const, text: label }, url }],
  );
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}
