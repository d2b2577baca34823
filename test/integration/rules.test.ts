import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RuleSet } from '../../lib/domain/rules/rule-set.ts';
import { withDefaults } from '../../lib/rule-file/defaults.ts';
import { parseRuleFile } from '../../lib/rule-file/parse.ts';
import { audit, duplicates } from '../support/audit.ts';
import { MINUTE, NOON } from '../support/builders.ts';
import { type TestPoller, World } from '../support/world.ts';
import { writtenItems } from '../support/written-items.ts';

let world: World;
let poller: TestPoller;
beforeEach(async () => {
  world = await World.start();
  poller = world.poller();
});
afterEach(async () => {
  poller.close();
  const problems = await audit(world);
  const repeated = duplicates(world);
  await world.close();
  expect({ problems, repeated }).toEqual({ problems: [], repeated: 0 });
});

/** So many polls, a minute apart. */
async function poll(times: number, act: (minute: number) => void = () => undefined): Promise<void> {
  for (let minute = 0; minute < times; minute += 1) {
    world.now += MINUTE;
    act(minute);
    await poller.poll();
  }
}

/** From now on another process polls, with these rules on top of those built in. */
function deploy(rules: string): void {
  poller.close();
  const set: RuleSet = withDefaults(parseRuleFile(`version: 1\nrules:\n${rules}`, 'rules.yml'));
  poller = world.poller({ rules: set });
}

/** What was told of the rules of a task: minute after noon, what, and of which rule; unpublished rows in brackets. */
async function told(taskId: string): Promise<string[]> {
  const rows = (await world.history()).filter((row) => row.taskId === taskId && row.rule !== undefined);
  return rows.map((row) => {
    const minute = (Date.parse(String(row.observedAt)) - NOON) / MINUTE;
    const line = `${minute} ${String(row.detailType).split(' ').at(-1)} ${Reflect.get(Object(row.rule), 'id')}`;
    return row.published === true ? line : `[${line}]`;
  });
}

const failing = (isFailing: () => boolean) => {
  world.simulator.faults.on = ({ operation }) =>
    operation === 'GetOtaTask' && isFailing() ? { kind: 'internal' } : undefined;
};

describe('a look that fails', () => {
  it('is a look that was missed: the clock of what stands still runs on', async () => {
    world.task('t1', { queued: 10 });
    let minute = 0;
    failing(() => minute % 4 === 3);
    await poll(70, (now) => {
      minute = now;
    });
    expect(await told('t1')).toEqual(['61 Breached stalled']);
  });

  it('again and again is told, and that it is over as well, of every task that was read then', async () => {
    const startTime = '2026-11-23 12:00';
    const members = { OtaSchedulingConfig: { StartTime: startTime } };
    world.task('soon', {}, { status: 'SCHEDULED', members });
    world.task('going', { queued: 10 });
    world.task('leaving', { queued: 10 }, { status: 'DELETION_IN_PROGRESS' });
    await poll(2);
    world.simulator.faults.on = () => ({ kind: 'internal' });
    await poll(20);
    world.simulator.faults.on = undefined;
    await poll(5);
    expect(await told('soon')).toEqual(['18 Breached unreachable', '23 Recovered unreachable']);
    expect(await told('going')).toEqual(['18 Breached unreachable', '23 Recovered unreachable']);
    expect(await told('leaving')).toEqual([]);
  });
});

describe('an outage', () => {
  it('in which hardly any task can be read is one trouble, and not one of each task', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `t${index}`);
    for (const id of ids) world.task(id, { queued: 10 });
    await poll(2);
    const before = poller.gate.requests.length;
    world.simulator.faults.on = ({ operation, identifier }) =>
      operation === 'GetOtaTask' &&
      ((world.now < NOON + 30 * MINUTE && identifier !== 't3') || identifier === 't7')
        ? { kind: 'internal' }
        : undefined;
    await poll(26);
    expect(world.bus.accepted.filter(({ detailType }) => detailType.endsWith('Breached'))).toEqual([]);
    expect(poller.log.at(-1)).toEqual({
      level: 'error',
      message: 'Hardly any task can be read',
      fields: { tasks: 11, others: 1 },
    });
    const written = poller.gate.requests
      .slice(before)
      .flatMap(({ operation, body }) => writtenItems(operation, body).map(({ item }) => item.taskId?.S));
    expect(written.filter((taskId) => taskId !== 't3' && taskId !== '#poll')).toEqual([]);
    await poll(19);
    // One that still cannot be read when the others can is told: what was an outage is not counted.
    expect(await told('t7')).toEqual(['45 Breached unreachable']);
    expect(await told('t1')).toEqual([]);
    world.simulator.faults.on = undefined;
    await poll(1);
  });
});

describe('a change of the rule file', () => {
  const OTHER = { OtaSchedulingConfig: { StartTime: '2026-11-22 12:10' } };

  it('reaches tasks that nothing else calls for', async () => {
    deploy('  - { id: stuck-scheduled, enabled: false }');
    world.task('t1', {}, { status: 'SCHEDULED', members: OTHER });
    await poll(5);
    deploy('  - { id: stuck-scheduled, after: 2m }');
    await poll(1);
    world.simulator.requests.reset();
    await poll(4);
    expect(world.simulator.requests.count('GetOtaTask')).toBe(0);
    await poll(5);
    expect(await told('t1')).toEqual(['12 Breached stuck-scheduled']);
  });

  it('closes what is no rule any more, and opens nothing twice', async () => {
    deploy('  - { id: waiting, kind: count, states: [queued], things: 5 }');
    world.task('t1', { queued: 10 });
    await poll(2);
    deploy('  - { id: waiting, kind: count, states: [queued], things: 8 }');
    await poll(2);
    deploy('  - { id: other, kind: count, states: [queued], things: 5 }');
    await poll(2);
    expect(await told('t1')).toEqual(['1 Breached waiting', '5 Breached other', '5 Recovered waiting']);
  });

  it('that mutes a rule is undone by one that does not', async () => {
    deploy('  - { id: waiting, kind: count, states: [queued], things: 5, mute: until 2027-01-01 }');
    world.task('t1', { queued: 10 }, { status: 'SCHEDULED' });
    await poll(2);
    deploy('  - { id: waiting, kind: count, states: [queued], things: 5 }');
    await poll(2);
    expect(await told('t1')).toEqual(['[1 Breached waiting]', '3 Breached waiting']);
  });
});

describe('a tag of the task', () => {
  const tagged = (tags: Record<string, string>) => ({ members: { Tags: tags } });

  it('mutes until its time; what is still breached is published then', async () => {
    const mute = { 'ota-watch:mute': 'until 2026-11-22T12:05Z', 'ota-watch:failed-percent': '5' };
    world.task('open', { queued: 80, succeeded: 10, failed: 10 }, tagged(mute));
    world.task('closed', { queued: 80, succeeded: 10, failed: 10 }, tagged(mute));
    await poll(2);
    world.task('closed', { queued: 0, succeeded: 990, failed: 10 }, tagged(mute));
    await poll(4);
    expect(await told('open')).toEqual(['[1 Breached failed-percent]', '5 Breached failed-percent']);
    expect(await told('closed')).toEqual(['[1 Breached failed-percent]', '[3 Recovered failed-percent]']);
  });

  it('that cannot be understood is told, and that it was repaired', async () => {
    world.task('t1', { queued: 10 }, tagged({ 'ota-watch:failed-percent': 'secret' }));
    await poll(1);
    world.task('t1', { queued: 10 }, tagged({ 'ota-watch:failed-percent': '5' }));
    await poll(1);
    expect(await told('t1')).toEqual([
      '1 Breached tag:ota-watch:failed-percent',
      '2 Recovered tag:ota-watch:failed-percent',
    ]);
    expect(JSON.stringify([await world.history(), poller.log])).not.toContain('secret');
  });
});

describe('a cancellation by hand', () => {
  it('of a rollout that stood still for long is not taken for one by AWS', async () => {
    world.simulator.account.putConfiguration({
      TaskConfigurationId: 'c1',
      PushConfig: {
        RolloutConfig: { MaximumPerMinute: 10 },
        AbortConfig: {
          AbortConfigCriteriaList: [
            {
              Action: 'CANCEL',
              FailureType: 'FAILED',
              MinNumberOfExecutedThings: 120,
              ThresholdPercentage: 10,
            },
          ],
        },
      },
    });
    world.task('t1', { queued: 900, succeeded: 80, failed: 20 }, { configurationId: 'c1' });
    await poll(200);
    world.task(
      't1',
      { canceled: 900, succeeded: 80, failed: 20 },
      { configurationId: 'c1', status: 'CANCELED' },
    );
    await poll(1);
    expect(await told('t1')).toEqual(['61 Breached stalled', '201 Recovered stalled']);
    const causes = (await world.history()).flatMap((row) => row.inferredCause ?? []);
    expect(causes).toEqual(['operator']);
  });
});

describe('a database that fails', () => {
  it('does not make a task unreachable', async () => {
    world.task('t1', { queued: 100 });
    await poll(1);
    let queued = 100;
    poller.gate.on = ({ operation }) => (operation === 'PutItem' ? 'lost' : undefined);
    await poll(3, () => {
      queued -= 1;
      world.task('t1', { queued, succeeded: 100 - queued });
    });
    poller.gate.on = undefined;
    await poll(2);
    const items = await world.scan('ota-watch-dev-tasks');
    expect(
      items.filter((item) => Reflect.get(Object(Reflect.get(Object(item.snapshot), 'rules')), 'unread')),
    ).toEqual([]);
  });
});

describe('many breaches at once', () => {
  it('fit into one item, the first with the things that failed', async () => {
    const rules = Array.from(
      { length: 49 },
      (_, index) => `  - { id: r${index}, kind: ratio, percent: ${index + 1} }`,
    );
    deploy(rules.join('\n'));
    world.task('t1', { failed: 100, queued: 100 });
    await poll(1);
    const breaches = world.bus.accepted.filter(({ detailType }) => detailType.endsWith('Breached'));
    expect(breaches).toHaveLength(50);
    expect(breaches.filter(({ detail }) => Reflect.has(detail, 'sampleThings'))).toHaveLength(10);
  });
});
