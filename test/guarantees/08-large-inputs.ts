import fc from 'fast-check';
import type { RuleSet } from '../../lib/domain/rules/rule-set.ts';
import { withDefaults } from '../../lib/rule-file/defaults.ts';
import { parseRuleFile } from '../../lib/rule-file/parse.ts';
import type { FriendlyCounts } from '../../local/simulator/simulator.ts';
import { audit } from '../support/audit.ts';
import { MINUTE } from '../support/builders.ts';
import type { World } from '../support/world.ts';
import type { Guarantee, Played } from './guarantee.ts';
import { WireScales } from './large/sizes.ts';

/** A task of which everything is as large as it can be, or larger. */
export interface LargeTask {
  /** Characters of its texts: of one to four bytes each, or halves of such. */
  readonly alphabet: string;
  /** Characters, where the API allows 1011, 200, 256, any number and 64. */
  readonly lengths: {
    readonly taskArn: number;
    readonly taskId: number;
    readonly description: number;
    readonly status: number;
    readonly configurationId: number;
  };
  readonly targets: number;
  /** Tags; those that begin as ours do are told as malformed. */
  readonly tags: { readonly own: number; readonly others: number; readonly valueLength: number };
  /** Things of each count. */
  readonly things: number;
}

export interface LargeScript {
  readonly tasks: readonly LargeTask[];
  /** Of each configuration. */
  readonly criteria: number;
  /** In the rule file. */
  readonly rules: number;
  /** Polls that the bus is out. */
  readonly outage: number;
  /** Polls in which nothing but a count changes, before everything does. */
  readonly calm: number;
  readonly refusesBy: 'internal-error' | 'access-denied' | 'throttle';
}

/** Polls after an outage within which all is told. */
const SETTLED_WITHIN = 3;
const TAG_KEY = 128;
/** What is to be logged: that the bus is out, and of a thousand criteria all but twenty. */
const EXPECTED = /^The bus|^A configuration has parts/;
/** Larger ones have a sum that no number can hold: then a task cannot be read, until it can. */
const MAX_COUNT = Math.floor(Number.MAX_SAFE_INTEGER / 8);
const IMPOSSIBLE = /^A task could not be polled.*TaskProcessingDetails/;

const task: fc.Arbitrary<LargeTask> = fc.record({
  alphabet: fc.constantFrom('x', 'é', '€', '𝒳', '\ud835'),
  lengths: fc.record({
    taskArn: fc.constantFrom(100, 1_011),
    taskId: fc.constantFrom(1, 190),
    description: fc.constantFrom(0, 255, 256, 257, 100_000),
    status: fc.constantFrom(1, 100, 128),
    configurationId: fc.constantFrom(1, 64),
  }),
  targets: fc.constantFrom(0, 1_000, 10_000),
  tags: fc.record({
    own: fc.constantFrom(0, 1, 50),
    others: fc.constantFrom(0, 50),
    valueLength: fc.constantFrom(0, 256),
  }),
  things: fc.constantFrom(1_000, 2 ** 31 - 1, MAX_COUNT, Number.MAX_SAFE_INTEGER),
});

/** Everything as large as the API allows, and larger, while nothing goes out for hours. */
export const largeInputs: Guarantee<LargeScript> = {
  number: 8,
  name: 'Large inputs and long outages',
  promise:
    'Whatever the size of what the service answers, and however much waits while the bus is out: no task is stuck, no item, event or request is over its limit, and everything goes out once the bus is back.',
  unit: 'tasks',
  runsPerScript: 2,
  scripts: { full: 16, share: 1 },
  script: fc.record({
    tasks: fc.array(task, { minLength: 2, maxLength: 2 }),
    criteria: fc.constantFrom(0, 3, 20, 1_000),
    rules: fc.constantFrom(0, 10, 50),
    outage: fc.oneof(fc.nat(20), fc.nat(20), fc.nat(60), fc.constant(200)),
    calm: fc.oneof(fc.constant(0), fc.nat(60)),
    refusesBy: fc.constantFrom('internal-error', 'access-denied', 'throttle'),
  }),
  play,
};

async function play(script: LargeScript, world: World): Promise<Played> {
  const scales = new WireScales();
  const problems: string[] = [];
  let heldBack = 0;
  const { outage } = script;
  const polls = outage + SETTLED_WITHIN + 1;
  const poller = world.poller({ config: { progressEvents: 'all' }, rules: rulesOf(script.rules) });
  poller.gate.onAnswer = scales.weigh;
  putConfigurations(world, script.criteria);
  for (let poll = 0; poll < polls; poll += 1) {
    const isOut = poll > 0 && poll <= outage;
    world.bus.faults.request = isOut ? () => ({ kind: script.refusesBy }) : undefined;
    // Once the bus is back, the last that is to be told is of the first poll after that.
    const step = Math.min(poll, outage + 1);
    const change = { step, isCalm: step < script.calm, isOut };
    script.tasks.forEach((large, index) => {
      putTask(world, large, index, change);
    });
    world.now += MINUTE;
    heldBack += (await poller.poll()).heldBack;
  }
  poller.close();
  const log = poller.log.filter(({ level, message }) => level === 'error' && !EXPECTED.test(message));
  const told = log.map(({ message, fields }) => `${message}: ${JSON.stringify(fields).slice(-300)}`);
  const mayBeImpossible = script.tasks.some(({ things }) => things > MAX_COUNT);
  problems.push(...told.filter((line) => !mayBeImpossible || !IMPOSSIBLE.test(line)));
  problems.push(...scales.problems(), ...judgeLast(world, script), ...(await audit(world)));
  return { problems, tally: { polls, events: world.bus.accepted.length, 'held back': heldBack } };
}

/** What each task was at last is what was told of it last. */
function judgeLast({ bus, simulator }: World, { tasks }: LargeScript): string[] {
  return tasks.flatMap((large, index) => {
    const id = idOf(large, index);
    const shown = String(simulator.account.getTask(id).Status);
    const told = bus.accepted.findLast(({ detail }) => detail.taskId === id)?.detail.status;
    return shown === told ? [] : [`task ${index}: ${shown} was not told, but ${told}`];
  });
}

const idOf = ({ lengths }: LargeTask, index: number) => `t${index}${'i'.repeat(lengths.taskId)}`;

function putConfigurations({ simulator }: World, criteria: number): void {
  for (const length of [1, 64])
    for (const end of ['a', 'b'])
      simulator.account.putConfiguration({
        TaskConfigurationId: end.padStart(length, 'c'),
        PushConfig: {
          AbortConfig: {
            AbortConfigCriteriaList: Array.from({ length: criteria }, (_, index) => ({
              Action: 'CANCEL',
              FailureType: ['FAILED', 'REJECTED', 'TIMED_OUT', 'ALL'][index % 4],
              MinNumberOfExecutedThings: 1 + (index % 100),
              ThresholdPercentage: 1 + index / 100,
            })),
          },
        },
      });
}

interface Change {
  readonly step: number;
  readonly isCalm: boolean;
  readonly isOut: boolean;
}

/** Puts a task into the account, in every poll another one in all that is told of it. */
function putTask(world: World, large: LargeTask, index: number, change: Change): void {
  const { alphabet, lengths, targets } = large;
  const { step, isCalm } = change;
  const isBad = step % 2 === 1 && !isCalm;
  const taskId = idOf(large, index);
  const arn = `arn:aws:iotmanagedintegrations:us-east-1:123456789012:ota-task/`;
  world.task(taskId, countsOf(large, isBad, change), {
    status: `${isCalm ? 0 : step}`.padEnd(lengths.status, 'S'),
    configurationId: (isBad ? 'a' : 'b').padStart(lengths.configurationId, 'c'),
    updatedAt: world.now,
    members: {
      TaskArn: `${arn}${taskId}`.padEnd(lengths.taskArn, '0'),
      Description: alphabet.repeat(lengths.description),
      Target: Array.from({ length: targets }, (_, target) => `target-${target}-of-some-length`),
      Tags: tagsOf(large, isCalm),
    },
  });
}

function countsOf({ things }: LargeTask, isBad: boolean, { step, isCalm, isOut }: Change): FriendlyCounts {
  if (isCalm) return { queued: step, succeeded: 1 };
  const done = Math.max(1, (isOut && step % 3 === 0 ? things : Math.min(things, MAX_COUNT)) - step);
  const bad = isBad ? done : 1;
  return { queued: step, succeeded: isBad ? 1 : done, failed: bad, rejected: bad, timedOut: bad };
}

function tagsOf({ alphabet, tags }: LargeTask, isCalm: boolean): Record<string, string> {
  const tagOf = (prefix: string) => (_: unknown, tag: number) =>
    [`${prefix}${tag}`.padEnd(TAG_KEY, alphabet), alphabet.repeat(tags.valueLength)] as const;
  return Object.fromEntries([
    ...Array.from({ length: isCalm ? 0 : tags.own }, tagOf('ota-watch:')),
    ...Array.from({ length: tags.others }, tagOf('tag')),
  ]);
}

function rulesOf(count: number): RuleSet {
  const rules = Array.from({ length: count }, (_, index) => ({
    id: `rule-${index}`.padEnd(64, 'x'),
    kind: 'count',
    states: ['failed'],
    things: 2 + index,
  }));
  return withDefaults(parseRuleFile(JSON.stringify({ version: 1, rules }), 'rules.json'));
}
