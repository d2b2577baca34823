import { consoleLinkOf, dashboardLinkOf, type Links } from '../alerts/links.ts';
import { countsOf } from '../domain/counts.ts';
import type { CommonDetail, Observed, Rule } from '../domain/generated/events.ts';
import type { PagerDutyLink } from './payload.ts';
import { firstSeen, plain } from './text.ts';

/** UTF-16 code units. PagerDuty refuses more. https://developer.pagerduty.com/docs/send-alert-event */
export const MAX_SUMMARY = 1_024;

/** Of ids, names and other short texts, for which PagerDuty documents no limit. */
export const MAX_WORD = 255;

/** Leaves room for the numbers in a summary. */
const MAX_NAME = 200;

/** Longer addresses are cut by browsers and mail programs: they would lead nowhere. */
const MAX_URL = 2_048;

const MAX_SENTENCE = 1_024;

/** What people call a rollout. */
export function nameOf(task: { readonly description?: string; readonly taskId: string }): string {
  return firstSeen(MAX_NAME, task.description, task.taskId);
}

/** What happened to which rollout. */
export function summaryOf(detail: CommonDetail, what: string): string {
  return plain(`${nameOf(detail)}: ${what}`, MAX_SUMMARY);
}

export function sourceOf({ taskArn, taskId }: CommonDetail): string {
  return firstSeen(MAX_URL, taskArn, taskId);
}

/** Where the facts come from and how the task stands: what an event of any type tells. */
export function commonDetails(detail: CommonDetail): Readonly<Record<string, unknown>> {
  const { taskId, region, accountId, configurationId, otaType, status, counts, eventId } = detail;
  return {
    status: plain(status, MAX_WORD),
    counts: countsOf(counts),
    taskId: sentence(taskId),
    ...(region !== undefined && { region: plain(region, MAX_WORD) }),
    ...(accountId !== undefined && { accountId: plain(accountId, MAX_WORD) }),
    ...(configurationId !== undefined && { configurationId: plain(configurationId, MAX_WORD) }),
    ...(otaType !== undefined && { otaType: plain(otaType, MAX_WORD) }),
    eventId: sentence(eventId),
  };
}

/** The rule, and the numbers that it was judged by. */
export function ruleDetails(rule: Rule, observed: Observed): Readonly<Record<string, unknown>> {
  const { value, limit, unit, numerator, denominator } = observed;
  return {
    rule: { id: plain(rule.id, MAX_WORD), kind: rule.kind, description: sentence(rule.description) },
    observed: {
      value,
      limit,
      unit,
      ...(numerator !== undefined && { numerator }),
      ...(denominator !== undefined && { denominator }),
    },
  };
}

/** To the dashboard, where there is one, and to the console of AWS. */
export function linksOf(
  links: Links,
  { region, taskId }: Pick<CommonDetail, 'region' | 'taskId'>,
): PagerDutyLink[] {
  const task = { taskId, ...(region !== undefined && { region }) };
  return [
    ...linkTo(dashboardLinkOf(links, taskId), 'Dashboard'),
    ...linkTo(consoleLinkOf(links, task), 'AWS console'),
  ];
}

/** No link at all where it would not be one: PagerDuty would refuse the whole event. */
export function linkTo(href: string | undefined, text: string): PagerDutyLink[] {
  if (href === undefined || href.length > MAX_URL || !URL.canParse(href)) return [];
  return [{ href, text }];
}

function sentence(text: string): string {
  return plain(text, MAX_SENTENCE);
}
