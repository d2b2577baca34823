import { dashboardLinkOf, type Links } from '../alerts/links.ts';
import type { GroupMember } from '../alerts/ports.ts';
import type { Severity } from '../domain/generated/events.ts';
import { SEVERITIES } from '../domain/rules/rule-set.ts';
import { CLIENT, clientOf } from './alert.ts';
import { linkTo, MAX_SUMMARY, MAX_WORD, nameOf } from './details.ts';
import type { PagerDutyEvent } from './payload.ts';
import { plain } from './text.ts';

/** Breaches that are told as one incident. */
export interface BreachGroup {
  /** At most 255 characters. */
  readonly dedupKey: string;
  readonly members: readonly GroupMember[];
}

/** Rules that the summary names. */
const MAX_NAMED = 5;
/** Rules that the details count. */
const MAX_COUNTED = 50;
/** Of a rule id in the summary. */
const MAX_RULE_ID = 60;
/** Bytes for the list of members: what an event may have is 512 KB, and it has other fields. */
const MAX_LIST = 400_000;

/**
 * Opens one incident for many breaches, or adds to it. Its details list them, the severest first, as many as there is room for.
 *
 * @param at epoch milliseconds
 */
export function groupTriggerOf({ dedupKey, members }: BreachGroup, links: Links, at: number): PagerDutyEvent {
  const tasks = new Set(members.map(({ taskId }) => taskId)).size;
  const rules = countByRule(members);
  const severest = members.toSorted((a, b) => rank(b.severity) - rank(a.severity));
  const listed = takeFitting(severest, (member) => listing(member, links));
  const leftOut = members.length - listed.length;
  const ways = linkTo(links.dashboardUrl, 'Dashboard');
  return {
    event_action: 'trigger',
    dedup_key: dedupKey,
    payload: {
      summary: summarize(tasks, rules),
      source: CLIENT,
      severity: severest[0]?.severity ?? 'info',
      timestamp: new Date(at).toISOString(),
      component: tasks === 1 ? '1 rollout' : `${tasks} rollouts`,
      class: 'group',
      custom_details: {
        rollouts: tasks,
        breaches: members.length,
        rules: rules.slice(0, MAX_COUNTED),
        list: listed,
        ...(leftOut > 0 && { leftOut }),
      },
    },
    links: ways,
    ...clientOf(ways[0]?.href),
  };
}

interface RuleCount {
  readonly ruleId: string;
  readonly breaches: number;
}

/** The most frequent first. */
function countByRule(members: readonly GroupMember[]): readonly RuleCount[] {
  const counts = new Map<string, number>();
  for (const { ruleId } of members) counts.set(ruleId, (counts.get(ruleId) ?? 0) + 1);
  return [...counts]
    .map(([ruleId, breaches]) => ({ ruleId: plain(ruleId, MAX_WORD), breaches }))
    .sort((a, b) => b.breaches - a.breaches || (a.ruleId < b.ruleId ? -1 : 1));
}

function summarize(tasks: number, rules: readonly RuleCount[]): string {
  const who = tasks === 1 ? '1 rollout has' : `${tasks} rollouts have`;
  const named = rules
    .slice(0, MAX_NAMED)
    .map(({ ruleId, breaches }) => `${plain(ruleId, MAX_RULE_ID)} (${breaches})`);
  const others = rules.length - named.length;
  const more = others === 0 ? '' : ` and ${others} more ${others === 1 ? 'rule' : 'rules'}`;
  return plain(`${who} breached rules at the same time: ${named.join(', ')}${more}.`, MAX_SUMMARY);
}

function listing(member: GroupMember, links: Links): Readonly<Record<string, unknown>> {
  const { taskId, ruleId, severity, summary, name } = member;
  const [way] = linkTo(dashboardLinkOf(links, taskId), 'Dashboard');
  return {
    rollout: nameOf({ taskId, ...(name !== undefined && { description: name }) }),
    ruleId: plain(ruleId, MAX_WORD),
    severity,
    summary: plain(summary, MAX_SUMMARY),
    taskId: plain(taskId, MAX_SUMMARY),
    ...(way && { dashboard: way.href }),
  };
}

/** As many entries, from the first, as fit into a list together. */
function takeFitting<Item, Entry>(items: readonly Item[], toEntry: (item: Item) => Entry): readonly Entry[] {
  const taken: Entry[] = [];
  let size = 0;
  for (const item of items) {
    const entry = toEntry(item);
    size += Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (size > MAX_LIST) break;
    taken.push(entry);
  }
  return taken;
}

const rank = (severity: Severity) => SEVERITIES.indexOf(severity);
