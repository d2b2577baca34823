import type { KnownBlock, RichTextSection } from '@slack/types';
import type { Links } from '../alerts/links.ts';
import type { PublishedEvent } from '../domain/events.ts';
import { bold, buttons, header, paragraph, richText, text } from './blocks.ts';
import { type DigestGroup, digestGroups } from './digest-groups.ts';
import type { SlackMessage } from './message.ts';
import { cut, fallback, mrkdwn } from './text.ts';

/**
 * Room for the lines of one message, in characters of JSON in ASCII. chat.postMessage refuses messages whose blocks are longer
 * than about 13,200 of them in all (issues 2509 and 2867 of slackapi/bolt-js); there is no published number.
 */
const ROOM = 11_500;
/** What a group takes besides its lines, and a line besides its words. */
const GROUP_OVERHEAD = 200;
const LINE_OVERHEAD = 2;
const MAX_COUNTS = 1_000;
/** Room for lines in the text of a message, besides its title and the counts. */
const SPOKEN_ROOM = 2_500;

/** The groups, or parts of groups, that one message tells of. */
type Part = readonly DigestGroup[];

/**
 * One message for many rollouts: how many, what happened to how many of them, and each event in a line. Several messages where
 * the limits of Slack demand it; none for no events.
 */
export function renderDigest(events: readonly PublishedEvent[], links: Links): SlackMessage[] {
  const groups = digestGroups(events);
  const rollouts = new Set(events.map(({ detail }) => detail.taskId)).size;
  const counts = groups.length > 1 ? cut(groups.map(({ title }) => title).join('; '), MAX_COUNTS) : '';
  const parts = partsOf(groups, ROOM - GROUP_OVERHEAD - costOf(counts));
  return parts.map((part, index) => {
    const title = titleOf(rollouts, index + 1, parts.length);
    const summary = index === 0 && counts !== '' ? [counts] : [];
    const blocks: readonly KnownBlock[] = [
      header(title),
      richText(...summary.map((words) => paragraph(text(`${words}\n`))), ...part.map(section)),
      ...(index === parts.length - 1 ? buttons([['dashboard', 'Open dashboard', links.dashboardUrl]]) : []),
    ];
    return { text: fallback([title, ...summary, ...spoken(part)]), blocks };
  });
}

function titleOf(rollouts: number, part: number, of: number): string {
  const title = rollouts === 1 ? '1 rollout has news' : `${rollouts} rollouts have news`;
  return of === 1 ? title : `${title} (part ${part} of ${of})`;
}

function section({ mark, title, lines }: DigestGroup): RichTextSection {
  return paragraph(text(`${mark} `), bold(title), text(`\n${lines.join('\n')}\n`));
}

/** As much as there is room for in the text of a message. */
function spoken(part: Part): string[] {
  const sentences = part.flatMap(({ title, lines }) => [`${title}:`, ...lines]);
  let room = SPOKEN_ROOM;
  const fitting = sentences.filter((sentence) => {
    room -= mrkdwn(sentence).length + 2;
    return room >= 0;
  });
  const left = sentences.length - fitting.length;
  return left === 0 ? sentences : [...fitting, `And ${left} more lines`];
}

/**
 * Fills message after message; the rest of a group that does not fit goes on in the next one.
 *
 * @param firstRoom room in the first message
 */
function partsOf(groups: readonly DigestGroup[], firstRoom: number): Part[] {
  const parts: Part[] = [];
  let part: DigestGroup[] = [];
  let room = firstRoom;
  for (const group of groups) {
    let lines: string[] = [];
    const close = () => {
      if (lines.length > 0) part.push({ ...group, lines });
      lines = [];
    };
    room -= GROUP_OVERHEAD + costOf(group.title);
    for (const line of group.lines) {
      const cost = LINE_OVERHEAD + costOf(line);
      if (cost > room) {
        close();
        parts.push(part);
        part = [];
        room = ROOM - GROUP_OVERHEAD - costOf(group.title);
      }
      lines.push(line);
      room -= cost;
    }
    close();
  }
  return part.length === 0 ? parts : [...parts, part];
}

/** Length of a text as JSON in ASCII. */
function costOf(words: string): number {
  return JSON.stringify(words).replace(/[^\0-\x7f]/g, '\\uXXXX').length - 2;
}
