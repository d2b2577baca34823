import { expect, it, onTestFinished } from 'vitest';
import { fold } from '../../../lib/domain/alerts/fold.ts';
import type { RolloutView } from '../../../lib/domain/alerts/rollout-view.ts';
import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { DEFAULT_ALERTS } from '../../../lib/rule-file/defaults.ts';
import type { PagerDutyFault } from '../../../local/pagerduty/faults.ts';
import { aRule, aStream, events } from '../../support/alert-events.ts';
import type { Death } from '../../support/gate.ts';
import { NotifierWorld, type TestNotifier } from '../../support/notifier-world.ts';
import { Dice } from '../../support/rule-oracle/dice.ts';
import { incidents, represented } from './told.ts';

const TASKS = 24;
const ROUNDS = 8;
const FAULTS: readonly PagerDutyFault[] = [
  { kind: 'internal-error' },
  { kind: 'busy', retryAfter: '5' },
  { kind: 'drop-before' },
  { kind: 'drop-after' },
];

const open = (world: NotifierWorld) => incidents(world).filter((incident) => !incident.includes(' resolved'));

it('of 1,000 breaches in a minute opens a few incidents, with five notifiers at once', {
  timeout: 180_000,
}, async () => {
  const world = await NotifierWorld.start('pagerduty');
  onTestFinished(() => world.close());
  const streams = Array.from({ length: 1_000 }, (_, index) => {
    const taskId = `task${index}`;
    world.task(taskId);
    return aStream(events.breached({ taskId }), events.recovered({ taskId }));
  });
  const notifiers = Array.from({ length: 5 }, () => world.notifier());
  world.publish(...streams.flatMap((stream) => stream.slice(0, 1)));
  await world.run(notifiers);
  expect(represented(world).size).toBe(1_000);
  expect(open(world)).toHaveLength(14);
  expect(world.pagerDuty.requests.length).toBeLessThan(40);
  world.publish(...streams.flatMap((stream) => stream.slice(1)));
  await world.run(notifiers);
  expect(open(world)).toEqual([]);
  expect(world.pagerDuty.violations).toEqual([]);
});

/** A world in which much goes wrong, and what was published in it. */
class Chaos {
  readonly world: NotifierWorld;
  readonly #dice: Dice;
  readonly #streams: PublishedEvent[][];
  readonly #published: PublishedEvent[] = [];
  #isOver = false;
  kills = 0;
  lostAnswers = 0;

  constructor(world: NotifierWorld, dice: Dice) {
    this.world = world;
    this.#dice = dice;
    this.#streams = Array.from({ length: TASKS }, (_, index) => this.#stream(`task${index}`));
    world.pagerDuty.faults.request = () => {
      const fault = this.#isOver || !dice.chance(0.3) ? undefined : dice.pick(FAULTS);
      if (fault?.kind === 'drop-after') this.lostAnswers += 1;
      return fault;
    };
  }

  get breaches(): number {
    return this.#published.filter(({ detailType }) => detailType === 'OTA Task Threshold Breached').length;
  }

  /** `task rule` of what is open by the events that were published. */
  get expected(): string[] {
    const views = new Map<string, RolloutView>();
    for (const event of this.#published)
      views.set(event.detail.taskId, fold(views.get(event.detail.taskId), event));
    return [...views.values()].flatMap(({ taskId, open }) => open.map(({ ruleId }) => `${taskId} ${ruleId}`));
  }

  notifier(): TestNotifier {
    const notifier = this.world.notifier();
    notifier.gate.on = () => {
      if (this.#isOver || !this.#dice.chance(0.02)) return undefined;
      this.kills += 1;
      return this.#dice.pick<Death>(['before', 'after']);
    };
    return notifier;
  }

  /** A few events, some of them twice, in any order, for several processes that may die. */
  async round(): Promise<void> {
    const next = this.#streams.filter(() => this.#dice.chance(0.6)).flatMap((stream) => stream.splice(0, 1));
    this.#published.push(...next);
    const twice = next.filter(() => this.#dice.chance(0.2));
    this.world.publish(...shuffled([...next, ...twice], this.#dice));
    const notifiers = Array.from({ length: 3 }, () => this.notifier());
    await Promise.all(notifiers.map((notifier) => this.world.invoke(notifier, { max: 12 })));
    this.world.now += this.#dice.pick([500, 5_000, 60_000, 200_000]);
  }

  /** Nothing goes wrong any more. */
  async settle(): Promise<void> {
    this.#isOver = true;
    await this.world.run([this.notifier(), this.notifier()]);
  }

  end(): void {
    this.#published.push(...this.#streams.flatMap((stream) => stream.splice(0, stream.length - 1)));
    this.world.publish(...this.#published.slice(-TASKS * ROUNDS));
    this.world.publish(...this.#streams.flat());
  }

  #stream(taskId: string): PublishedEvent[] {
    this.world.task(taskId, this.#dice.chance(0.3) ? { [DEFAULT_ALERTS.serviceTag]: 'locks' } : {});
    const some = Array.from({ length: ROUNDS }, () => {
      const rule = this.#dice.pick([aRule({ id: 'a' }), aRule({ id: 'b:c', severity: 'error' })]);
      return this.#dice.pick<PublishedEvent>([
        events.breached({ taskId, rule }),
        events.breached({ taskId, rule }),
        events.recovered({ taskId, rule }),
        events.statusChanged({ taskId }),
      ]);
    });
    return aStream(...some, events.stopped({ taskId }));
  }
}

it.each([1, 2])('faults and kills lose nothing and leave nothing open: seed %i', async (seed) => {
  const world = await NotifierWorld.start('pagerduty');
  onTestFinished(() => world.close());
  const chaos = new Chaos(world, new Dice(seed));
  for (let round = 0; round < ROUNDS; round++) await chaos.round();
  await chaos.settle();
  const isRepresented = represented(world);
  expect(chaos.expected.filter((breach) => !isRepresented.has(breach))).toEqual([]);
  const triggers = world.pagerDuty
    .incidents()
    .filter(({ dedupKey }) => !dedupKey.startsWith('ota-watch-group:'))
    .reduce((sum, incident) => sum + incident.triggers, 0);
  expect(triggers).toBeLessThanOrEqual(chaos.breaches + chaos.lostAnswers + chaos.kills);
  chaos.end();
  await world.run([world.notifier()]);
  expect(open(world)).toEqual([]);
  expect(world.pagerDuty.violations).toEqual([]);
  expect(world.queue.deadLetters).toEqual([]);
});

function shuffled<Item>(items: readonly Item[], dice: Dice): Item[] {
  return items
    .map((item) => ({ item, place: dice.unit() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
