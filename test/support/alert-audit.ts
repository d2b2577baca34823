import { isDeepStrictEqual } from 'node:util';
import type { PublishedEvent } from '../../lib/domain/events.ts';
import { digestGroups } from '../../lib/slack/digest-groups.ts';
import { renderEvent } from '../../lib/slack/render-event.ts';
import { renderRollout } from '../../lib/slack/render-rollout.ts';
import type { ShownMessage, SlackStandIn } from '../../local/slack/types.ts';
import { viewOf } from './alert-events.ts';

/** What is found from outside: what people see, held against what was published. */
export interface Audit {
  /** Events that are told, as often as they are. */
  readonly told: number;
  readonly doubled: readonly string[];
  readonly lost: readonly string[];
  /** What else is wrong. */
  readonly problems: readonly string[];
}

type Stream = readonly PublishedEvent[];

export interface SlackAuditOptions {
  readonly mode: 'bot' | 'webhook';
  readonly isTold?: (event: PublishedEvent) => boolean;
}

const isNews = ({ detailType }: PublishedEvent) => detailType !== 'OTA Task Progressed';

/** Looks for every event of the streams (one for each task, whose name is its id) in all that the channels show. */
export function auditSlack(
  slack: Pick<SlackStandIn, 'channels'>,
  streams: readonly Stream[],
  { mode, isTold = isNews }: SlackAuditOptions,
): Audit {
  const messages = slack.channels().flatMap((channel) => channel.messages);
  const lines = Map.groupBy(messages.flatMap(digestLines), (line) => line);
  const audits = streams.map((stream) => {
    const [first] = stream;
    if (first === undefined) return EMPTY;
    const { taskId } = first.detail;
    const own = messages.filter(({ text }) => !isDigest(text) && text.startsWith(`${taskId}: `));
    const told = stream.filter(isTold);
    const alone = mode === 'bot' ? own.flatMap(({ replies }) => replies) : own;
    const shown = alone.map((message) => readMessage(message, stream, mode));
    const audit = auditTask(told, shown, lines, mode === 'bot' ? own.length : 0);
    return mode === 'bot' ? { ...audit, problems: [...audit.problems, ...auditRoots(own, stream)] } : audit;
  });
  return {
    told: audits.reduce((sum, { told }) => sum + told, 0),
    doubled: audits.flatMap(({ doubled }) => doubled),
    lost: audits.flatMap(({ lost }) => lost),
    problems: audits.flatMap(({ problems }) => problems),
  };
}

const EMPTY: Audit = { told: 0, doubled: [], lost: [], problems: [] };

/** A message that tells of one event: which one, undefined if none says that. */
interface Read {
  readonly event: PublishedEvent | undefined;
  readonly late: boolean;
  readonly text: string;
  readonly isBroadcast: boolean;
}

function readMessage({ text, broadcast }: ShownMessage, stream: Stream, mode: 'bot' | 'webhook'): Read {
  const standalone = mode === 'webhook';
  const saying = (late: boolean) =>
    stream.find((event) => renderEvent(event, {}, { standalone, late }).text === text);
  const inTime = saying(false);
  const event = inTime ?? saying(true);
  return { event, late: event !== undefined && inTime === undefined, text, isBroadcast: broadcast === true };
}

function auditTask(
  told: readonly PublishedEvent[],
  shown: readonly Read[],
  lines: ReadonlyMap<string, readonly string[]>,
  roots: number,
): Audit {
  const timesOf = (event: PublishedEvent) => shown.filter((read) => read.event === event).length;
  /** Events of one task that a digest says the same of. */
  const alike = Map.groupBy(told, lineOf);
  const findings = [...alike].map(([line, events]) => {
    const isStart = events[0]?.detailType === 'OTA Task Tracking Started';
    const inDigests = lines.get(line)?.length ?? 0;
    const times = inDigests + (isStart && inDigests === 0 ? Math.min(1, roots) : 0);
    const alone = events.reduce((sum, event) => sum + timesOf(event), 0);
    const open = events.filter((event) => timesOf(event) === 0);
    return {
      told: times + alone,
      lost: open.slice(times).map(idOf),
      doubled: [
        ...events.flatMap((event) =>
          Array.from({ length: Math.max(0, timesOf(event) - 1) }, () => idOf(event)),
        ),
        ...Array.from({ length: Math.max(0, times - open.length) }, () => `${line} in a digest`),
      ],
    };
  });
  return {
    told: findings.reduce((sum, finding) => sum + finding.told, 0),
    lost: findings.flatMap(({ lost }) => lost),
    doubled: [
      ...findings.flatMap(({ doubled }) => doubled),
      ...Array.from({ length: Math.max(0, roots - 1) }, () => 'the message of a rollout'),
    ],
    problems: auditOrder(shown),
  };
}

/** In the order of the task, but for those that say that they are late; breaches are shown in the channel, others are not. */
function auditOrder(shown: readonly Read[]): string[] {
  let newest = 0;
  // What was told twice may have been told by somebody of whom nobody knew.
  const isOnce = (event: PublishedEvent) => shown.filter((read) => read.event === event).length === 1;
  return shown.flatMap(({ event, late, text, isBroadcast }) => {
    if (event === undefined) return [`nothing was published that says: ${text}`];
    const { sequence, eventId } = event.detail;
    const isOld = sequence < newest && isOnce(event);
    if (isOnce(event)) newest = Math.max(newest, sequence);
    return [
      ...(isOld && !late ? [`${eventId} is told after ${newest}, and does not say so`] : []),
      ...(isBroadcast && event.detailType !== 'OTA Task Threshold Breached'
        ? [`${eventId} is broadcast`]
        : []),
    ];
  });
}

/** The message of a rollout shows how it stands in the end. */
function auditRoots(roots: readonly ShownMessage[], [first, ...others]: Stream): string[] {
  if (first === undefined) return [];
  const { text, blocks } = renderRollout(viewOf(first, ...others), {});
  const last = roots.at(-1);
  if (last === undefined) return [];
  return last.text === text && isDeepStrictEqual(last.blocks, blocks)
    ? []
    : [`${first.detail.taskId} shows ${last.text}, not ${text}`];
}

const isDigest = (text: string) => /^\d+ rollouts? (has|have) news/.test(text);

/** The lines of a digest, each with what its group says. */
function digestLines({ text, blocks }: ShownMessage): string[] {
  if (!isDigest(text)) return [];
  return blocks
    .flatMap((block) => (block.type === 'rich_text' ? block.elements : []))
    .flatMap((section) => {
      const words = 'elements' in section ? section.elements : [];
      const [, title, lines] = words.flatMap((element) => ('text' in element ? [element.text] : []));
      if (typeof title !== 'string' || typeof lines !== 'string') return [];
      return lines
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => `${withoutNumber(title)}: ${line}`);
    });
}

function lineOf(event: PublishedEvent): string {
  return digestGroups([event])
    .flatMap(({ title, lines }) => lines.map((line) => `${withoutNumber(title)}: ${line}`))
    .join();
}

const withoutNumber = (title: string) => title.replace(/^\d+ rollouts? ((is|are|has|have) )?/, '');
const idOf = ({ detail, detailType }: PublishedEvent) => `${detail.eventId} ${detailType}`;
