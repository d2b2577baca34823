import type { RowFilter } from '../../api/ports.ts';
import type { DetailType } from '../../domain/events.ts';
import type { Condition } from './row-query.ts';

const EVERY_TYPE: Readonly<Record<DetailType, true>> = {
  'OTA Task Tracking Started': true,
  'OTA Task Status Changed': true,
  'OTA Task Configuration Changed': true,
  'OTA Task Progressed': true,
  'OTA Task Threshold Breached': true,
  'OTA Task Threshold Recovered': true,
  'OTA Task Tracking Stopped': true,
  'OTA Task Event Set Aside': true,
};

/** The partitions of the index by type. */
export const DETAIL_TYPES: readonly string[] = Object.keys(EVERY_TYPE);

/** Types of rows that have a severity. */
const WITH_SEVERITY: readonly string[] = ['OTA Task Threshold Breached', 'OTA Task Threshold Recovered'];

/** The types that a filter lets through; undefined for every one, those of later versions included. */
export function typesOf({ types, severities }: RowFilter): readonly string[] | undefined {
  if (severities === undefined) return types;
  return WITH_SEVERITY.filter((type) => types?.some((wanted) => wanted === type) ?? true);
}

export function severityCondition({ severities = [] }: RowFilter): Condition | undefined {
  if (severities.length === 0) return undefined;
  const { list, values } = listed('severity', severities);
  return {
    text: `#rule.#severity IN (${list})`,
    names: { '#rule': 'rule', '#severity': 'severity' },
    values,
  };
}

/** All that a filter asks for, of rows of the table itself. */
export function rowCondition(filter: RowFilter): Condition | undefined {
  const { from, to } = filter;
  const types = typesOf(filter);
  const conditions = [
    from !== undefined && observed('>=', ':from', from),
    to !== undefined && observed('<', ':to', to),
    types !== undefined && typeCondition(types),
    severityCondition(filter),
  ].filter((condition) => typeof condition === 'object');
  if (conditions.length === 0) return undefined;
  return {
    text: conditions.map(({ text }) => text).join(' AND '),
    names: Object.assign({}, ...conditions.map(({ names }) => names)),
    values: Object.assign({}, ...conditions.map(({ values }) => values)),
  };
}

function observed(operator: string, value: string, instant: string): Condition {
  return {
    text: `#observedAt ${operator} ${value}`,
    names: { '#observedAt': 'observedAt' },
    values: { [value]: instant },
  };
}

function typeCondition(types: readonly string[]): Condition {
  const { list, values } = listed('type', types);
  return { text: `#detailType IN (${list})`, names: { '#detailType': 'detailType' }, values };
}

function listed(name: string, items: readonly string[]) {
  const entries = items.map((item, index) => [`:${name}${index}`, item] as const);
  return { list: entries.map(([key]) => key).join(', '), values: Object.fromEntries(entries) };
}
