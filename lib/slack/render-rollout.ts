import type { RichTextList, RichTextSection } from '@slack/types';
import type { Links } from '../alerts/links.ts';
import type { OpenBreach, RolloutView } from '../domain/alerts/rollout-view.ts';
import { progressBar } from './bar.ts';
import {
  bold,
  bullets,
  code,
  factsBlock,
  factsOf,
  header,
  instant,
  nameOf,
  paragraph,
  richText,
  taskButtons,
  text,
} from './blocks.ts';
import type { SlackMessage } from './message.ts';
import { cut, fallback, utc } from './text.ts';
import {
  countWords,
  progressWords,
  rateWords,
  SEVERITIES,
  STOPS,
  severityRank,
  statusWords,
} from './words.ts';

/** Breaches that are named one by one, and what is told of each at most: all blocks of a message have a limit together. */
const MAX_BREACHES = 6;
const MAX_SUMMARY = 150;

/** The message of a rollout that is edited as it goes: how it stands now. */
export function renderRollout(view: RolloutView, links: Links): SlackMessage {
  return {
    text: spokenRollout(view),
    blocks: [
      header(nameOf(view)),
      richText(standing(view), ...breaches(view.open)),
      ...taskButtons(view, links),
      factsBlock(view),
    ],
  };
}

function spokenRollout(view: RolloutView): string {
  const { status, inferredCause, counts, stopped, open, estimatedCompletionAt: end } = view;
  const rate = rateWords(view.ratePerMinute);
  return fallback([
    `${nameOf(view)}: ${statusWords(status, inferredCause)}, ${progressWords(counts)}`,
    `Things: ${countWords(counts)}`,
    ...(stopped === undefined ? [] : [STOPS[stopped]]),
    ...(open.length === 0 ? [] : [`${breachTitle(open)}:`]),
    ...worst(open).map(
      ({ severity, breachedAt, summary }) =>
        `${SEVERITIES[severity].word} since ${utc(breachedAt)}: ${cut(summary, MAX_SUMMARY)}`,
    ),
    ...more(open),
    ...(rate === undefined ? [] : [rate]),
    ...(end === undefined ? [] : [`Estimated end ${utc(end)}`]),
    ...factsOf(view),
    `As of ${utc(view.observedAt)}`,
  ]);
}

function standing({ status, inferredCause, counts, stopped, ...view }: RolloutView): RichTextSection {
  const rate = rateWords(view.ratePerMinute);
  const end = view.estimatedCompletionAt;
  return paragraph(
    bold(statusWords(status, inferredCause)),
    text(`, ${progressWords(counts)}`),
    ...(counts.total === 0 ? [] : [text('\n'), code(progressBar(counts)), text(`\n${countWords(counts)}`)]),
    ...(rate === undefined && end === undefined ? [] : [text('\n')]),
    ...(rate === undefined ? [] : [text(rate)]),
    ...(rate === undefined || end === undefined ? [] : [text(', ')]),
    ...(end === undefined ? [] : [text('estimated end '), instant(end)]),
    ...(stopped === undefined ? [] : [text(`\n${STOPS[stopped]}`)]),
  );
}

function breaches(open: readonly OpenBreach[]): (RichTextSection | RichTextList)[] {
  if (open.length === 0) return [];
  const told = worst(open).map(({ severity, summary, breachedAt }) => {
    const { mark, word } = SEVERITIES[severity];
    return paragraph(
      text(`${mark} `),
      bold(word),
      text(' since '),
      instant(breachedAt),
      text(`: ${cut(summary, MAX_SUMMARY)}`),
    );
  });
  return [
    paragraph(text('\n'), bold(breachTitle(open))),
    bullets([...told, ...more(open).map((words) => paragraph(text(words)))]),
  ];
}

/** The most severe, of each severity the oldest. */
function worst(open: readonly OpenBreach[]): readonly OpenBreach[] {
  return open.toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity)).slice(0, MAX_BREACHES);
}

function breachTitle({ length }: readonly OpenBreach[]): string {
  return length === 1 ? '1 open breach' : `${length} open breaches`;
}

function more(open: readonly OpenBreach[]): string[] {
  return open.length > MAX_BREACHES ? [`And ${open.length - MAX_BREACHES} more`] : [];
}
