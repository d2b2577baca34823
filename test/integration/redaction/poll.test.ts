import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { recordMetrics } from '../../../lib/metrics.ts';
import type { Fault } from '../../../local/simulator/simulator.ts';
import { MINUTE } from '../../support/builders.ts';
import { type PollerOptions, World } from '../../support/world.ts';
import { Canaries } from './canaries.ts';

/** What a healthy service answers with. */
const IN_ANSWERS = [
  'the key of a tag',
  'the value of a tag',
  'the value of a malformed tag about rules',
  'the address of the firmware',
  'the target',
  'the query string of the target',
  'the targets underway',
  'the name of the configuration',
] as const;
const canaries = new Canaries(
  ...IN_ANSWERS,
  'an error of the service',
  'an answer that is not JSON',
  'a member that is wrong',
);
const MEMBERS = {
  Description: 'spring release',
  S3Url: `s3://${canaries.of('the address of the firmware')}/image.bin`,
  Target: [canaries.of('the target')],
  OtaTargetQueryString: `thingName:${canaries.of('the query string of the target')}*`,
  Tags: {
    [canaries.of('the key of a tag')]: canaries.of('the value of a tag'),
    'ota-watch:failed-percent': canaries.of('the value of a malformed tag about rules'),
  },
};

let world: World;
/** Everything that came out of any poll. */
let out: unknown[];
/** What the service answered. */
let answers: string[];
beforeAll(async () => {
  world = await World.start({ inProcess: true });
});
beforeEach(async () => {
  await world.reset();
  world.simulator.faults.on = undefined;
  world.simulator.account.putConfiguration({
    TaskConfigurationId: 'c1',
    Name: canaries.of('the name of the configuration'),
    PushConfig: {},
  });
  out = [];
  answers = [];
});
afterAll(() => world.close());

function task(succeeded: number, failed = 0, status = 'IN_PROGRESS', taskId = 't1'): void {
  const TaskProcessingDetails = {
    processingTargets: [canaries.of('the targets underway')],
    numberOfQueuedThings: 100 - succeeded - failed,
    numberOfSucceededThings: succeeded,
    NumberOfFailedThings: failed,
  };
  const members = { ...MEMBERS, TaskProcessingDetails };
  const counts = { queued: 100 - succeeded - failed, succeeded, failed };
  world.task(taskId, counts, { status, configurationId: 'c1', members });
}

/** A poll as the function does it, its metrics and report included. */
async function poll(options: PollerOptions = {}): Promise<void> {
  const poller = world.poller(options);
  poller.gate.onAnswer = (_, { body }) => answers.push(body);
  world.now += MINUTE;
  const metrics = new Metrics({ namespace: 'ota-watch', serviceName: 'test' });
  try {
    const report = await poller.poll();
    recordMetrics(metrics, report, 1);
    out.push(report, metrics.serializeMetrics());
  } finally {
    poller.close();
  }
  out.push(poller.log);
}

/** Where canaries are seen: nowhere, that is. */
async function seen(): Promise<string[]> {
  return canaries.seenIn({
    'what was logged, reported and measured': out,
    'the events': world.bus.accepted,
    'the history': await world.history(),
    'the snapshots': await world.scan('ota-watch-dev-tasks'),
  });
}

describe('a poll tells nothing sensitive', () => {
  it('of a rollout from its beginning to its end', async () => {
    task(0);
    await poll();
    task(10, 40);
    await poll();
    task(60, 40, 'COMPLETED');
    await poll();
    expect(world.events('t1').length).toBeGreaterThan(5);
    expect(await seen()).toEqual([]);
    expect(canaries.seenIn({ answers })).toEqual(IN_ANSWERS.map((field) => `${field} in answers`));
  });

  const error = (name: string): Fault => ({
    kind: 'status',
    code: 400,
    body: JSON.stringify({
      __type: name,
      Message: `Value '${canaries.of('an error of the service')}' failed to satisfy a constraint`,
      ResourceId: canaries.of('an error of the service'),
    }),
  });
  const answer = (body: string, code = 200): Fault => ({ kind: 'status', code, body });
  const wrong = canaries.of('a member that is wrong');
  const FAULTS: readonly [name: string, fault: Fault][] = [
    ['throttling', { kind: 'throttle' }],
    ['denial', { kind: 'denied' }],
    ['an internal error', { kind: 'internal' }],
    ['a validation that quotes', error('ValidationException')],
    ['an internal error that quotes', error('InternalServerException')],
    ['a conflict that quotes', error('ConflictException')],
    ['an error whose name is a sentence', error(`${canaries.of('an error of the service')} is wrong`)],
    ['a bare 503', answer(canaries.of('an answer that is not JSON'), 503)],
    ['no JSON', answer(canaries.of('an answer that is not JSON'))],
    ['JSON that breaks off', answer(`{"TaskId":"t1","Tags":{"${canaries.of('an answer that is not JSON')}`)],
    ['a list in place of an object', answer(JSON.stringify([wrong]))],
    [
      'members that are wrong',
      answer(
        JSON.stringify({
          TaskId: 't1',
          Status: 'IN_PROGRESS',
          OtaType: { [wrong]: wrong },
          Tags: { [wrong]: 1, [`${wrong}2`]: [wrong] },
          TaskProcessingDetails: { numberOfQueuedThings: wrong, [wrong]: wrong },
          OtaSchedulingConfig: {
            StartTime: wrong,
            EndTime: wrong,
            MaintenanceWindows: [wrong],
            [wrong]: wrong,
          },
          PushConfig: {
            AbortConfig: { AbortConfigCriteriaList: [{ FailureType: wrong }] },
            TimeoutConfig: wrong,
          },
          Tasks: [{ TaskId: { wrong } }, wrong],
          ExecutionSummaries: [{ ManagedThingId: { wrong } }],
        }),
      ),
    ],
    ['the answer of another task', answer(JSON.stringify({ TaskId: wrong, Status: 'IN_PROGRESS' }))],
    ['a dropped connection', { kind: 'drop' }],
  ];
  const OPERATIONS = ['ListOtaTasks', 'GetOtaTask', 'GetOtaTaskConfiguration', 'ListOtaTaskExecutions'];

  it.each(FAULTS)('when the service answers with %s, whatever it is asked', async (_, fault) => {
    task(0);
    await poll();
    const met = new Set<string>();
    for (const [index, operation] of OPERATIONS.entries()) {
      world.simulator.faults.on = (request) => {
        if (request.operation !== operation) return undefined;
        met.add(operation);
        return fault;
      };
      // A change of the counts, a breach that things are read for, and a task whose configuration nobody knows.
      task(10 + index, 20 + index * 10);
      task(0, 50, 'IN_PROGRESS', `new-${index}`);
      await poll();
    }
    expect([...met]).toEqual(OPERATIONS);
    expect(await seen()).toEqual([]);
  });

  it('when the service hangs, until the poll has no time left', async () => {
    const quick = world;
    // Only over a socket can one give up waiting.
    world = await World.start();
    onTestFinished(async () => {
      await world.close();
      world = quick;
    });
    task(0);
    await poll();
    task(10, 40);
    world.simulator.faults.on = ({ operation }) =>
      operation === 'GetOtaTask' ? { kind: 'hang' } : undefined;
    const startedAt = performance.now();
    await poll({ remainingMs: () => 600 - (performance.now() - startedAt) });
    expect(await seen()).toEqual([]);
  });

  it.each(['PutItem', 'PutEvents', 'GetItem', 'Scan', 'Query'])('when %s fails', async (operation) => {
    task(0);
    const poller = world.poller();
    poller.gate.on = (request) => (request.operation === operation ? 'lost' : undefined);
    world.now += MINUTE;
    out.push(await poller.poll().catch((failed: unknown) => failed), poller.log);
    poller.close();
    task(10, 40);
    await poll();
    expect(await seen()).toEqual([]);
  });
});
