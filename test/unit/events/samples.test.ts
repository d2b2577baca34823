import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import { EVENT_TYPES, expectValidEvent, expectValidRow } from '../../support/event-schemas.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const folder = path.join(root, 'events/samples');
const names = readdirSync(folder).sort();
const read = (name: string) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
const NOT_EVENTS = ['history-row.event-set-aside.json', 'history-row.json', 'poll.input.json'];
const events = names.filter((name) => !NOT_EVENTS.includes(name));

it.each(['generate-samples.ts', 'generate-event-types.ts'])('%s has been run', (script) => {
  execFileSync(process.execPath, [`scripts/${script}`, '--check'], { cwd: root, stdio: 'pipe' });
});

it('shows every kind of event, and every reason', () => {
  expect(names).toEqual([
    'configuration-changed.json',
    ...NOT_EVENTS,
    'progressed.json',
    'status-changed.abort-criteria.json',
    'status-changed.end-time.json',
    'status-changed.json',
    'status-changed.operator.json',
    'threshold-breached.critical.json',
    'threshold-breached.error.json',
    'threshold-breached.flapping.json',
    'threshold-breached.ratio.json',
    'threshold-breached.reminder.json',
    'threshold-breached.warning.json',
    'threshold-recovered.recovered.json',
    'threshold-recovered.rule-removed.json',
    'threshold-recovered.task-ended.json',
    'tracking-started.discovered.json',
    'tracking-started.requested.json',
    'tracking-stopped.canceled.json',
    'tracking-stopped.completed.json',
    'tracking-stopped.deleted.json',
    'tracking-stopped.requested.json',
  ]);
  expect(new Set(events.map((name) => read(name)['detail-type']))).toEqual(new Set(EVENT_TYPES));
});

it.each(events)('%s is as the bus hands it on', (name) => {
  const { version, id, 'detail-type': detailType, account, region, ...event } = read(name);
  expectValidEvent({ ...event, detailType });
  expect({ version, id, account, region }).toEqual({
    version: '0',
    id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    account: event.detail.accountId,
    region: event.detail.region,
  });
});

describe.each(NOT_EVENTS.filter((name) => name.startsWith('history-row')))('%s', (name) => {
  it('is as the history table has it', () => {
    const { hash, ...row } = read(name);
    expectValidRow({ ...row, hash });
    expect(canonicalHash(row)).toBe(hash);
  });
});
