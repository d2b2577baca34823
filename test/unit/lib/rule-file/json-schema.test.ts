import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ruleFileSchema } from '../../../../lib/rule-file/json-schema.ts';
import { parseRuleFile } from '../../../../lib/rule-file/parse.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const published: unknown = JSON.parse(readFileSync(path.join(root, 'schemas/rules.schema.json'), 'utf8'));
// "One of these fields" names them outside of the properties, which is what strictRequired is against.
const validate = new Ajv2020({ strict: true, strictRequired: false, allErrors: true }).compile(
  ruleFileSchema(),
);

function judgements(text: string) {
  const bySchema = validate(parse(text));
  try {
    parseRuleFile(text, 'r.yml');
    return { bySchema, byParser: true };
  } catch {
    return { bySchema, byParser: false };
  }
}

const file = (entries: string) => `{ version: 1, rules: [${entries}] }`;
const alerting = (alerts: string) => `{ version: 1, rules: [], alerts: ${alerts} }`;
const routing = (routes: string) => alerting(`{ routes: [${routes}] }`);

describe('the JSON Schema of rule files', () => {
  it('is published as it is generated', () => {
    expect(published).toEqual(ruleFileSchema());
  });

  it('describes every field', () => {
    const definitions = valueAt(published, '$defs');
    const undescribed = fieldsOf(published).filter(({ schema }) => !isDescribed(schema, definitions));
    expect(undescribed).toEqual([]);
  });

  it.each([
    [file('')],
    [`{ version: 1, rules: [], $schema: x }`],
    [readFileSync(path.join(root, 'rules.yml'), 'utf8')],
    [file('{ id: stalled }')],
    [file('{ id: stalled, kind: stalled, after: 90m, awaitTimeout: false }')],
    [
      file(
        '{ id: failed-percent, percent: 2.5, recoverBelow: 2, minExecuted: 5, failures: [failed], of: total }',
      ),
    ],
    [file('{ id: a, kind: ratio, percent: 5 }, { id: a, percent: 2, match: { taskId: "x*" } }')],
    [file('{ id: a, kind: count, states: [failed, rejected], things: 5, recoverBelow: 3 }')],
    [file('{ id: a, kind: rate, perMinute: 0.5, recoverBelow: 0.1, window: 1h, failures: [timedOut] }')],
    [file('{ id: a, kind: slow, percent: 40, recoverAbove: 60, window: 1m }')],
    [file('{ id: a, kind: milestone, percents: [50, 99.9] }')],
    [file('{ id: a, kind: overdue, projected: false, after: 0s }')],
    [file('{ id: a, kind: stuck-scheduled, after: 1d }, { id: b, kind: unreachable }')],
    [file('{ id: abort-criteria, fractions: [{ percent: 50, severity: info }] }')],
    [file('{ id: stalled, severity: info, for: 0s, keepFiringFor: 1h30m, repeatEvery: 1d, enabled: false }')],
    [file('{ id: stalled, mute: until 2026-12-01T00:00Z }, { id: overdue, mute: 2026-12-01 }')],
    [file('{ id: stalled, match: { tags: { a: "", "b c": "*" }, otaType: ONE_TIME, configurationId: a } }')],
    [file('{ id: stalled, match: { things: { atLeast: 0, below: 1 }, abortCriteria: true } }')],
    [alerting('{}')],
    [alerting('{ groupAbove: 1, channelTag: team, serviceTag: team, routes: [] }')],
    [routing('{ slack: [] }, { pagerduty: [] }')],
    [
      routing(
        '{ match: { tags: { team: locks } }, severity: [error, critical], events: [breach, status], slack: ["#a", C0123ABCD, owner], pagerduty: [a-1, owner] }',
      ),
    ],
    [routing('{ slack: ["#ロック-überwachung_1"] }')],
  ])('takes what the parser takes: %s', (text) => {
    expect(judgements(text)).toEqual({ bySchema: true, byParser: true });
  });

  it.each([
    ['{}'],
    ['[]'],
    ['{ version: 1 }'],
    ['{ version: 2, rules: [] }'],
    ['{ version: "1", rules: [] }'],
    ['{ version: 1, rules: [], more: 1 }'],
    [file('1')],
    [file('{ kind: slow }')],
    [file('{ id: Slow, kind: slow }')],
    [file('{ id: -slow, kind: slow }')],
    [file('{ id: tagged, kind: slow }')],
    [file('{ id: stalled, kind: slow }')],
    [file('{ id: failed-things, kind: ratio, percent: 5 }')],
    [file('{ id: a, kind: fast }')],
    [file('{ id: stalled, percent: 5 }')],
    [file('{ id: a, kind: slow, perMinute: 5 }')],
    [file('{ id: a, kind: slow }, { id: a, nothing: 5 }')],
    [file('{ id: abort-criteria, severity: info }')],
    [file('{ id: stalled, severity: bad }')],
    [file('{ id: stalled, after: 5 }')],
    [file('{ id: stalled, after: "" }')],
    [file('{ id: stalled, after: 5 minutes }')],
    [file('{ id: stalled, mute: tomorrow }')],
    [file('{ id: stalled, match: {} }')],
    [file('{ id: stalled, match: { tags: {} } }')],
    [file('{ id: stalled, match: { tags: { a: 1 } } }')],
    [file('{ id: stalled, match: { things: { atLeast: -1 } } }')],
    [file('{ id: stalled, match: { taskId: "" } }')],
    [file('{ id: failed-percent, percent: 0 }')],
    [file('{ id: failed-percent, percent: 101 }')],
    [file('{ id: failed-percent, percent: 5, minExecuted: 0 }')],
    [file('{ id: a, kind: count, states: [], things: 5 }')],
    [file('{ id: a, kind: count, states: [failed, failed], things: 5 }')],
    [file('{ id: a, kind: count, states: [failed], things: 5, recoverBelow: 0.5 }')],
    [file('{ id: a, kind: milestone, percents: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }')],
    [file('{ id: abort-criteria, fractions: [{ percent: 0.5, severity: info }] }')],
    [file('{ id: abort-criteria, fractions: [{ percent: 50 }] }')],
    [file(Array.from({ length: 101 }, () => '{ id: stalled }').join(', '))],
    [alerting('')],
    [alerting('{ groupAbove: 0 }')],
    [alerting('{ channelTag: "" }')],
    [alerting('{ more: 1 }')],
    [routing('{}')],
    [routing('{ events: [breach] }')],
    [routing('{ slack: owner }')],
    [routing('{ slack: [locks] }')],
    [routing('{ slack: ["#a", "#a"] }')],
    [routing('{ slack: [], events: [] }')],
    [routing('{ slack: [], events: [all] }')],
    [routing('{ slack: [], severity: [bad] }')],
    [routing('{ slack: [], match: { abortCriteria: true } }')],
    [routing('{ pagerduty: [Locks] }')],
    [routing(`{ pagerduty: [${'0'.repeat(31)}a] }`)],
    [routing(Array.from({ length: 101 }, () => '{ slack: [] }').join(', '))],
  ])('refuses what the parser refuses: %s', (text) => {
    expect(judgements(text)).toEqual({ bySchema: false, byParser: false });
  });

  it.each([
    ['which kind an id has', '{ id: a }'],
    ['what another entry says', '{ id: a, kind: slow }, { id: a, kind: stalled }'],
    ['which entry has to be complete', '{ id: a, kind: ratio }'],
    ['a recovery limit', '{ id: a, kind: ratio, percent: 5, recoverBelow: 6 }'],
    ['how long a duration is', '{ id: a, kind: slow, window: 5h }'],
    ['which times there are', '{ id: stalled, mute: 2026-13-01 }'],
    ['which limit is above which', '{ id: stalled, match: { things: { atLeast: 5, below: 5 } } }'],
    [
      'shares that differ in severity only',
      '{ id: abort-criteria, fractions: [{ percent: 5, severity: info }, { percent: 5, severity: error }] }',
    ],
  ])('leaves to the parser %s', (_, entries) => {
    expect(judgements(file(entries))).toEqual({ bySchema: true, byParser: false });
  });

  it('leaves to the parser which tags are taken', () => {
    expect(judgements(alerting('{ channelTag: "ota-watch:mute" }'))).toEqual({
      bySchema: true,
      byParser: false,
    });
  });
});

function valueAt(value: unknown, name: string): unknown {
  return Reflect.get(Object(value), name);
}

/** Every property that a schema has, however deep. */
function fieldsOf(schema: unknown): { name: string; schema: unknown }[] {
  const own = Object.entries(Object(valueAt(schema, 'properties')));
  const inner = typeof schema === 'object' && schema !== null ? Object.values(schema) : [];
  return [...own.map(([name, field]) => ({ name, schema: field })), ...inner.flatMap(fieldsOf)];
}

function isDescribed(schema: unknown, definitions: unknown): boolean {
  if (valueAt(schema, 'description') !== undefined) return true;
  const reference = valueAt(schema, '$ref');
  return (
    typeof reference === 'string' &&
    isDescribed(valueAt(definitions, reference.replace('#/$defs/', '')), definitions)
  );
}
