import { open } from 'node:fs/promises';
import path from 'node:path';
import { getSystemErrorMessage } from 'node:util';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { CHANNEL } from '../../lib/domain/alerts/names.ts';
import { OtaWatchError } from '../../lib/errors.ts';

/** At the root of the project; git does not take it. */
export const SETTINGS_FILE = 'ota-watch.local.yml';

/** Real destinations of alerts, instead of the stand-ins of this machine. Secret. */
export interface LocalSettings {
  readonly slack?: SlackSettings;
  readonly pagerduty?: {
    readonly routingKey: string;
    /** PagerDuty's own where not given. */
    readonly eventsUrl?: string;
  };
  /** What is to be told of the file, though it can be used. */
  readonly warning?: string;
}

type SlackSettings =
  | { readonly webhookUrl: string }
  /** `apiUrl` ends in a slash; Slack's own where not given. */
  | { readonly botToken: string; readonly channel: string; readonly apiUrl?: string };

/** The settings of this machine cannot be used. The message says what and where, never what stands there. */
export class LocalSettingsError extends OtaWatchError {
  override readonly name = 'LocalSettingsError';
}

/** Group and others. */
const READABLE_BY_OTHERS = 0o044;

/**
 * Reads `ota-watch.local.yml` in the folder of a project. Without the file there are no settings.
 *
 * @throws LocalSettingsError
 */
export async function readLocalSettings(project: string): Promise<LocalSettings> {
  const file = await readIfThere(path.join(project, SETTINGS_FILE));
  if (file === undefined) return {};
  const isExposed = process.platform !== 'win32' && (file.mode & READABLE_BY_OTHERS) !== 0;
  const warning = `${SETTINGS_FILE} holds secrets, and others on this machine can read it: chmod 600 ${SETTINGS_FILE}`;
  return { ...parse(file.text), ...(isExposed && { warning }) };
}

async function readIfThere(file: string) {
  try {
    await using handle = await open(file);
    const { mode } = await handle.stat();
    return { text: await handle.readFile('utf8'), mode };
  } catch (error) {
    const { code, errno } = Object(error);
    if (code === 'ENOENT') return undefined;
    const reason = typeof errno === 'number' ? getSystemErrorMessage(errno) : 'unknown error';
    throw new LocalSettingsError(`${SETTINGS_FILE} cannot be read: ${reason}`, { cause: error });
  }
}

const TOKEN = 'expected the token of a bot: xoxb-…';
const KEY = 'expected a routing key: 32 letters and digits';
const NAME = 'expected a channel such as "#ota-rollouts", in quotes and in small letters, or the id of one';
const API = 'expected an address that ends in a slash, such as https://slack-gov.com/api/';
const EITHER_OR = 'expected either webhookUrl, or botToken and channel';

const slack = strict({
  webhookUrl: url('expected the address of an incoming webhook: https://…').exactOptional(),
  botToken: z
    .string({ error: TOKEN })
    .regex(/^[\w.-]+$/, TOKEN)
    .exactOptional(),
  channel: z.string({ error: NAME }).regex(CHANNEL, NAME).exactOptional(),
  apiUrl: url(API).endsWith('/', API).exactOptional(),
}).transform(({ webhookUrl, botToken, ...bot }, context): SlackSettings => {
  const { channel } = bot;
  if (webhookUrl !== undefined && botToken === undefined && Object.keys(bot).length === 0)
    return { webhookUrl };
  if (webhookUrl === undefined && botToken !== undefined && channel !== undefined)
    return { botToken, ...bot, channel };
  // Of what is wrong anyway nobody needs to know more.
  if (context.issues.length === 0) context.addIssue({ code: 'custom', message: EITHER_OR });
  return z.NEVER;
});

const Settings = strict({
  slack: slack.exactOptional(),
  pagerduty: strict({
    routingKey: z.string({ error: KEY }).regex(/^[a-z0-9]{32}$/i, KEY),
    eventsUrl: url('expected an address such as https://events.eu.pagerduty.com').exactOptional(),
  }).exactOptional(),
});

/** What is no field that is known may be a secret that lost its colon: it is not quoted. */
function strict<Shape extends z.core.$ZodShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `there is no such field here: known are ${known}`
        : `expected an object with some of ${known}`,
  });
}

function url(expected: string) {
  return z.url({ protocol: /^https?$/, error: expected });
}

function parse(text: string): z.infer<typeof Settings> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'core' });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${SETTINGS_FILE}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  // The messages of the library quote what it reads.
  const unread = [...document.errors, ...document.warnings];
  if (unread.length > 0)
    throw new LocalSettingsError(
      unread.map(({ code, pos }) => `${at(pos[0])}: this is no YAML (${code})`).join('\n'),
    );
  const parsed = Settings.safeParse(plainValueOf(document) ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => {
    const places = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key]) : [[]];
    return places.map((place) => {
      const field = issue.path.length === 0 ? '' : ` ${issue.path.join('.')}`;
      return `${at(offsetOf([...issue.path, ...place], document))}${field}: ${issue.message}`;
    });
  });
  throw new LocalSettingsError(problems.join('\n'));
}

function plainValueOf(document: Document): unknown {
  try {
    return document.toJS();
  } catch {
    // An alias of nothing, or of too much. What was thrown quotes it.
    throw new LocalSettingsError(`${SETTINGS_FILE}: expected plain values, without aliases`);
  }
}

/** Where a value stands; where there is none, what should hold it. */
function offsetOf(place: readonly PropertyKey[], document: Document): number {
  const node = place.length === 0 ? document.contents : document.getIn(place, true);
  if (isNode(node)) return node.range?.[0] ?? 0;
  return place.length === 0 ? 0 : offsetOf(place.slice(0, -1), document);
}
