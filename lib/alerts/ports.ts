import type { Ledger } from '../domain/alerts/ledger.ts';
import type { PublishedEvent } from '../domain/events.ts';
import type { Severity } from '../domain/generated/events.ts';
import type { ChangeEvent, PagerDutyEvent } from '../pagerduty/payload.ts';
import type { SlackMessage } from '../slack/message.ts';

/** An event from the queue. */
export interface ReceivedEvent {
  /** Of the message in the queue: what is given back by. */
  readonly messageId: string;
  readonly receiptHandle: string;
  /** When the queue took it, epoch milliseconds. */
  readonly sentAt: number;
  /** When it was first received, epoch milliseconds. */
  readonly firstReceivedAt: number;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
  /** As it came. */
  readonly body: string;
  readonly event: PublishedEvent;
}

/** A message that a channel took. `channel` is the id of the channel, which edits need. */
export interface PostedMessage {
  readonly channel: string;
  readonly ts: string;
}

export interface PostOptions {
  /** The message whose thread it belongs under. */
  readonly thread?: PostedMessage;
  /** Shows a reply in the channel as well. */
  readonly broadcast?: boolean;
  /** Names the post, so that it can be found again. */
  readonly id: string;
}

/** A Slack workspace, by bot token. Everything throws DestinationError; nothing is retried inside. */
export interface SlackBot {
  /** Gets what a request needs before its turn comes: it is to go out when it is. */
  ready(): Promise<void>;
  /** @param channel name with `#`, or id */
  post(channel: string, message: SlackMessage, options: PostOptions): Promise<PostedMessage>;
  edit(posted: PostedMessage, message: SlackMessage): Promise<void>;
  /**
   * Which of the posts of these ids a channel, or a thread in it, has got since an instant (epoch milliseconds). Undefined
   * where the token may not read the channel: then nobody can tell.
   */
  find(
    place: { readonly channel: string; readonly thread?: PostedMessage },
    ids: readonly string[],
    since: number,
  ): Promise<ReadonlyMap<string, PostedMessage> | undefined>;
}

/** Incoming webhooks of Slack, each of one channel. Throws DestinationError; nothing is retried inside. */
export interface SlackWebhooks {
  /** Gets what a request needs before its turn comes: it is to go out when it is. */
  ready(channel: string): Promise<void>;
  post(channel: string, message: SlackMessage): Promise<void>;
}

/** The Events API v2 of PagerDuty. Throws DestinationError; nothing is retried inside. */
export interface PagerDuty {
  /** Triggers or resolves an incident of a service. */
  send(service: string, event: PagerDutyEvent): Promise<void>;
  /** Tells of a change, which pages nobody. */
  change(service: string, event: ChangeEvent): Promise<void>;
}

/** A secret by its name below the prefix of the deployment, such as `slack/bot-token`; remembered for a while. */
export interface Secrets {
  /** Throws DestinationError (`misconfigured` where it does not exist or may not be read, else `unavailable`). */
  get(name: string): Promise<string>;
  /** Forgets what is remembered: it was refused. */
  forget(name: string): void;
}

/** The ledgers. */
export interface LedgerStore {
  /** Strongly consistent. */
  read(target: string, taskId: string): Promise<Ledger | undefined>;
  /** Writes it if its version is as stored; gives it with the next version, undefined when somebody else was faster. */
  write(ledger: Ledger): Promise<Ledger | undefined>;
}

/** Lines of evenly spaced slots, shared by everybody who sends to one place. */
export interface Slots {
  /**
   * Takes the next free slot of a line, of which there is one every `everyMs`. Instants are epoch milliseconds.
   *
   * @returns when the slot is; or, where that would be after `latest`, when the next one is free, and takes none
   */
  take(
    line: string,
    now: number,
    everyMs: number,
    latest: number,
  ): Promise<{ readonly at: number } | { readonly freeAt: number }>;
  /** When the next slot is free. */
  freeAt(line: string): Promise<number>;
  /** Has no slot before an instant, and blocks those that were taken. */
  postpone(line: string, until: number): Promise<void>;
  /** Until when nobody may send, whatever slot they have; 0 if it was never postponed. */
  blockedUntil(line: string): Promise<number>;
}

/** Names a breach. */
export interface MemberId {
  readonly taskId: string;
  readonly ruleId: string;
}

/** A breach of many that are told as one. */
export interface GroupMember extends MemberId {
  readonly severity: Severity;
  /** Cut short. */
  readonly summary: string;
  readonly name?: string;
}

/** Incidents that stand for many breaches. */
export interface IncidentGroups {
  /** Counts incidents of a service in a span of time; gives how many there are, these included. */
  count(service: string, span: number, incidents: number): Promise<number>;
  /** Takes members in; false, and nobody is taken in, once the group is closed. */
  join(dedupKey: string, members: readonly GroupMember[]): Promise<boolean>;
  /** Lets members go; true if nobody is left: then the group is closed. Again and again, if asked again. */
  leave(dedupKey: string, members: readonly MemberId[]): Promise<boolean>;
  members(dedupKey: string): Promise<readonly GroupMember[]>;
}

/** Ids of channels by their names, as Slack gave them with messages. */
export interface ChannelIds {
  idOf(name: string): Promise<string | undefined>;
  remember(name: string, id: string): Promise<void>;
}

/** Where events of a task were sent so far, and by which tags. */
export interface Addressee {
  readonly taskId: string;
  /** Those that decide where events go, and no others. */
  readonly tags: Readonly<Record<string, string>>;
  /** Keys of the tags that decided when they were read, whether the task had them or not. */
  readonly decidingTags: readonly string[];
  /** Epoch milliseconds at which the tags were read. */
  readonly readAt: number;
  /** Targets of the task, also former ones. */
  readonly targets: readonly string[];
}

export interface AddressBook {
  read(taskId: string): Promise<Addressee | undefined>;
  /** Adds to the targets that are there. */
  write(addressee: Addressee): Promise<void>;
}

/** A message that has to come again. */
export interface GivenBack {
  readonly messageId: string;
  readonly receiptHandle: string;
  /** Milliseconds from now. */
  readonly afterMs: number;
}

/** The queue that the events came from. */
export interface AlertQueue {
  /** Says when messages that were not dealt with are to come again. Never throws: without it they come, only later. */
  giveBack(messages: readonly GivenBack[]): Promise<void>;
  /** Lays a copy of a message into the dead-letter queue. */
  setAside(body: string, reason: { readonly target: string; readonly answer: string }): Promise<void>;
}
