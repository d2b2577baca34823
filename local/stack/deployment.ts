import { type EventSourceDefinition, eventSourcesOf } from '../template/event-sources.ts';
import { busesOf, type EventRule, rulesOf } from '../template/events.ts';
import { functionsOf } from '../template/functions.ts';
import { type QueueDefinition, queuesOf } from '../template/queues.ts';
import { type TableDefinition, tablesOf } from '../template/tables.ts';
import type { Template } from '../template/template.ts';
import { type PollSchedule, pollScheduleOf } from './poll-schedule.ts';
import { StackError } from './stack-error.ts';

/** What the local stack makes of a packaged template. */
export interface Deployment {
  readonly tables: {
    readonly all: readonly TableDefinition[];
    readonly tasks: TableDefinition;
    readonly history: TableDefinition;
    /** Of the notifiers, where there is one. */
    readonly alerts?: TableDefinition;
  };
  /** Names of the buses. */
  readonly buses: readonly string[];
  /** Rules that have an event pattern, of all buses. */
  readonly rules: readonly EventRule[];
  readonly queues: readonly QueueDefinition[];
  readonly eventSources: readonly EventSourceDefinition[];
  readonly pollSchedule: PollSchedule;
  readonly functionNames: readonly string[];
  /** The name of a function of a logical id. */
  nameOf(logicalId: string): string;
}

/** @throws StackError, TemplateError */
export function readDeployment(template: Template): Deployment {
  const tables = tablesOf(template);
  const alerts = tables.find(({ logicalId }) => logicalId === 'AlertsTable');
  const functions = new Map(functionsOf(template).map(({ logicalId, name }) => [logicalId, name]));
  return {
    tables: {
      all: tables,
      tasks: tableOf(tables, 'TasksTable'),
      history: tableOf(tables, 'HistoryTable'),
      ...(alerts !== undefined && { alerts }),
    },
    buses: busesOf(template).map(({ name }) => name),
    rules: rulesOf(template),
    queues: queuesOf(template),
    eventSources: eventSourcesOf(template),
    pollSchedule: pollScheduleOf(template),
    functionNames: [...functions.values()],
    nameOf: (logicalId) => functions.get(logicalId) ?? logicalId,
  };
}

function tableOf(tables: readonly TableDefinition[], logicalId: string): TableDefinition {
  const table = tables.find((candidate) => candidate.logicalId === logicalId);
  if (table === undefined) throw new StackError(`The template has no table ${logicalId}`);
  return table;
}
