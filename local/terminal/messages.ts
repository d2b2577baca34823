import type { DeliveryFailure } from '../bus/delivery.ts';
import type { BatchFailure } from '../queue/event-source.ts';
import type { LogEntry } from '../stack/function-log.ts';
import type { RunningStack } from '../stack/running-stack.ts';
import { columns, kindOf, type Line, NAME_WIDTH, styled, toWidth } from './line.ts';
import type { Sighting } from './rollouts.ts';

/** What there is to say about a stack that has started. */
export interface Introduction {
  readonly running: RunningStack;
  readonly buses: readonly string[];
  readonly rules: readonly { readonly name: string }[];
  readonly functionNames: readonly string[];
  /** Of the dashboard, for whoever opens it. */
  readonly dashboardUrl: string;
  /** Of the page that shows what Slack and PagerDuty have. */
  readonly inboxUrl: string;
  readonly logFile: string;
  readonly everySeconds: number;
  /** Looks of a poll above which workers share it, where that was asked for. */
  readonly fanOutAbove?: number | undefined;
}

/** A URL is worth nothing if it is cut. */
const URL_WIDTH = 28;

/** Where everything listens, and what to expect. */
export function introduction(stack: Introduction): Line[] {
  const { endpoints, tables } = stack.running;
  const rules = stack.rules.length === 0 ? 'no rules' : `rules ${namesOf(stack.rules)}`;
  const row = (what: string, where: string, about: string): Line => [
    '  ',
    toWidth(what, NAME_WIDTH),
    '  ',
    styled('cyan', where.padEnd(URL_WIDTH)),
    `  ${about}`,
  ];
  return [
    [styled('bold', 'ota-watch runs on this machine. Ctrl-C stops it.')],
    [],
    row('managed integrations', endpoints.managedIntegrations, 'simulated account with scripted rollouts'),
    row('DynamoDB', endpoints.dynamodb, `tables ${tables.tasks}, ${tables.history}`),
    row('EventBridge', endpoints.eventBridge, `bus ${stack.buses.join(', ')}; ${rules}`),
    row('Lambda', endpoints.lambda, `functions ${stack.functionNames.join(', ')}`),
    row('dashboard', stack.dashboardUrl, 'every rollout, live; the API is below /api'),
    row('Slack, PagerDuty', stack.inboxUrl, 'what they have, as it would look'),
    ['  ', toWidth('logs of functions', NAME_WIDTH), `  ${stack.logFile}`],
    [],
    [`A poll every ${stack.everySeconds} seconds; a simulated minute passes before each.`],
    ...sharing(stack.fanOutAbove),
    [],
  ];
}

const sharing = (above: number | undefined): Line[] =>
  above === undefined ? [] : [[`Workers share each poll that has more looks than ${above}.`]];

const namesOf = (rules: Introduction['rules']) => rules.map(({ name }) => name).join(', ');

/** A warning or an error that a function logged. */
export function logLine({ level, functionName, message, about }: LogEntry, time: string): Line {
  const kind = kindOf(level === 'WARN' ? 'yellow' : 'red', level);
  const details = Object.keys(about).length === 0 ? '' : ` ${JSON.stringify(about)}`;
  return [...columns(time, functionName ?? 'function', kind), message, styled('dim', details)];
}

/** Something about the stack that went wrong. */
export function troubleLine(about: string, problem: string, time: string): Line {
  return [...columns(time, about, kindOf('red', 'TROUBLE')), problem.slice(0, MAX_PROBLEM)];
}

/** Problems may quote whole answers, with stack traces. */
const MAX_PROBLEM = 300;

/** An event that did not reach a target of a rule. */
export function deliveryFailureLine({ rule, attempts, error }: DeliveryFailure, time: string): Line {
  const tries = attempts === 0 ? '' : ` (tried ${attempts} times)`;
  return troubleLine(rule.name, `${error.message}${tries}`, time);
}

/** A function has failed with messages of a queue, which come again. */
export function batchFailureLine({ source, error }: BatchFailure, time: string): Line {
  return troubleLine(source.logicalId, error.message, time);
}

/** A function has taken an event of a rule. */
export function invokedLine(functionName: string, time: string): Line {
  return [...columns(time, functionName, kindOf('dim', 'INVOKED')), 'by a rule'];
}

/** What workers have shared. */
export interface Shared {
  readonly polls: number;
  /** Of all of these polls together. */
  readonly parts: number;
}

/** That work was shared, where it was. */
export function sharedLines({ polls, parts }: Shared): Line[] {
  return polls === 0 ? [] : [[styled('green', `Polls that workers shared: ${polls}, in ${parts} parts.`)]];
}

/** How a rollout ended, and how many of the promised events came. */
export interface Outcome {
  readonly name: string;
  readonly last: Sighting | undefined;
  readonly came: number;
  readonly promised: number;
}

/** The table at the end. */
export function summary(outcomes: readonly Outcome[]): Line[] {
  const head = styled(
    'bold',
    `${toWidth('rollout', NAME_WIDTH)}  ${toWidth('ended as', 20)}  things  failed  events`,
  );
  const rows = outcomes.map(({ name, last, came, promised }): Line => {
    const numbers = [last?.counts.total, last?.counts.failed].map((count) =>
      String(count ?? '–').padStart(6),
    );
    const events = came === promised ? `${came}` : `${came} of ${promised}`;
    return [
      toWidth(name, NAME_WIDTH),
      '  ',
      toWidth(last?.status ?? 'never seen', 20),
      '  ',
      numbers.join('  '),
      '  ',
      events.padStart(6),
    ];
  });
  return [[], [head], ...rows, []];
}
