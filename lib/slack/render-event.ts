import type { KnownBlock, RichTextPreformatted, RichTextSection } from '@slack/types';
import type { Links } from '../alerts/links.ts';
import type { PublishedEvent } from '../domain/events.ts';
import {
  bold,
  factsBlock,
  factsOf,
  header,
  instant,
  monospaced,
  nameOf,
  paragraph,
  richText,
  taskButtons,
  text,
} from './blocks.ts';
import { type EventWords, eventWords } from './event-words.ts';
import type { SlackMessage } from './message.ts';
import { fallback, utc } from './text.ts';

export interface EventOptions {
  /** Later events of the task have been told already. */
  readonly late?: boolean;
  /** A message of its own, with title, facts and buttons; else a reply under the message of its rollout. */
  readonly standalone: boolean;
}

const SAMPLES = 'Failed most recently:';
const LATE = 'Told late: later events of this rollout were told before. This was observed ';

/** The message that tells of one event. */
export function renderEvent(event: PublishedEvent, links: Links, options: EventOptions): SlackMessage {
  const { detail } = event;
  const words = eventWords(event);
  const body = richText(...late(detail.observedAt, options), said(words), ...samples(words));
  const blocks: readonly KnownBlock[] = options.standalone
    ? [header(nameOf(detail)), body, ...taskButtons(detail, links), factsBlock(detail)]
    : [body];
  return { text: spoken(event, words, options), blocks };
}

function spoken({ detail }: PublishedEvent, words: EventWords, { late, standalone }: EventOptions): string {
  return fallback([
    `${nameOf(detail)}: ${words.spoken ?? words.title}`,
    ...words.lines.map((line) => (line.at === undefined ? line.words : `${line.words}${utc(line.at)}`)),
    ...(words.samples.length === 0 ? [] : [`${SAMPLES} ${words.samples.join(', ')}`]),
    ...(late ? [`${LATE}${utc(detail.observedAt)}`] : []),
    ...(standalone ? [...factsOf(detail), `As of ${utc(detail.observedAt)}`] : []),
  ]);
}

function late(observedAt: string, options: EventOptions): RichTextSection[] {
  return options.late ? [paragraph(text(LATE, { italic: true }), instant(observedAt), text('\n'))] : [];
}

function said({ mark, title, lines }: EventWords): RichTextSection {
  return paragraph(
    text(`${mark} `),
    bold(title),
    ...lines.flatMap(({ words, at }) => [text(`\n${words}`), ...(at === undefined ? [] : [instant(at)])]),
  );
}

function samples({ samples: things }: EventWords): (RichTextSection | RichTextPreformatted)[] {
  return things.length === 0 ? [] : [paragraph(text(SAMPLES)), monospaced(things)];
}
