import type { Counts } from '../../lib/domain/counts.ts';
import type { MaintenanceWindow } from '../../lib/domain/rules/look.ts';
import type { TaskRule } from '../../lib/domain/rules/rule.ts';
import { DELETED, isTerminal, type TaskConfiguration } from '../../lib/domain/task.ts';
import { Dice } from './rule-oracle/dice.ts';
import { RandomProgress } from './rule-oracle/random-progress.ts';
import { type Nature, type Purpose, randomKind, randomRule } from './rule-oracle/random-rules.ts';
import type { ReadLook, RecordedLook } from './rule-oracle/recorded-rollout.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const FIRST = Date.UTC(2026, 10, 22, 12);

type RuleLess = Omit<ReadLook, 'rules'> | Exclude<RecordedLook, ReadLook>;

/**
 * A rollout as polls see it, with the rules that are in force: the same for the same seed.
 *
 * @param length looks, at most
 */
export function randomRollout(seed: number, length?: number): RecordedLook[] {
  const dice = new Dice(seed);
  const looks = length ?? (dice.chance(0.8) ? dice.int(30, 40) : dice.int(40, 200));
  const nature = { isOddTime: dice.chance(0.2), isRestless: dice.chance(0.3) };
  const rollout = new RandomTask(dice, randomInstants(dice, looks, nature), nature).looks();
  return withRules(dice, rollout, nature);
}

/** Where the clock steps back, "the last hour" says little: such a rollout takes no longer. */
function randomInstants(dice: Dice, looks: number, { isOddTime }: Nature): number[] {
  const instants = [FIRST];
  for (let at = FIRST; instants.length < looks; instants.push(at)) {
    at += randomStep(dice, isOddTime);
    if (isOddTime && Math.abs(at - FIRST) > HOUR / 2) break;
  }
  return instants;
}

function randomStep(dice: Dice, isOddTime: boolean): number {
  if (isOddTime && dice.chance(0.3)) {
    return dice.pick([
      0,
      1,
      dice.int(1, 59) * SECOND,
      dice.int(-600, -1) * SECOND,
      5.5 * MINUTE + dice.int(-1, 1),
    ]);
  }
  if (dice.chance(0.9)) return MINUTE;
  return dice.pick([dice.int(2, 4), dice.int(2, 4), 5, 6, dice.int(7, 40)]) * MINUTE;
}

/** A task from when it is first seen until it ends, or is not watched any more. */
class RandomTask {
  readonly #dice: Dice;
  readonly #instants: readonly number[];
  readonly #isRestless: boolean;
  readonly #progress: RandomProgress;
  readonly #startTime: number | undefined;
  readonly #startsAt: number;
  readonly #endTime: number | undefined;
  readonly #isContinuous: boolean;
  readonly #windows: readonly number[] | undefined;
  #configuration: TaskConfiguration;
  #unreadFor = 0;
  #counts: Counts;

  constructor(dice: Dice, instants: readonly number[], { isRestless }: Nature) {
    this.#dice = dice;
    this.#instants = instants;
    this.#isRestless = isRestless;
    this.#progress = new RandomProgress(dice, isRestless);
    this.#counts = this.#progress.counts;
    const last = instants.at(-1) ?? FIRST;
    const minutes = Math.max(1, Math.round((last - FIRST) / MINUTE));
    this.#startTime = dice.chance(0.7) ? FIRST + dice.int(-20, 20) * MINUTE : undefined;
    const lateness = dice.pick([0, 0, dice.int(0, 25), dice.int(0, 100)]) * MINUTE;
    this.#startsAt = dice.chance(0.3) ? FIRST : (this.#startTime ?? FIRST) + lateness;
    this.#endTime = dice.chance(0.6) ? FIRST + dice.int(0, minutes + 20) * MINUTE : undefined;
    this.#isContinuous = dice.chance(0.15);
    this.#windows = dice.chance(0.35) ? this.#randomWindows(last) : undefined;
    this.#configuration = this.#randomConfiguration();
  }

  looks(): RuleLess[] {
    const looks: RuleLess[] = [];
    const ending = this.#randomEnding();
    const body = Math.max(1, this.#instants.length - ending.length);
    for (const [index, at] of this.#instants.entries()) {
      const status = index < body ? this.#running(at) : ending[index - body];
      if (status === undefined) break;
      if (index > 0) this.#pass(at - (this.#instants[index - 1] ?? at), status);
      const mayFail = index > 0 && !isTerminal(status);
      looks.push(mayFail && this.#isUnread() ? this.#unread(at) : this.#read(at, status));
    }
    return looks;
  }

  #randomEnding(): string[] {
    const deletion = Array.from({ length: this.#dice.int(1, 8) }, () => 'DELETION_IN_PROGRESS');
    return this.#dice.pick([
      [],
      ['COMPLETED'],
      ['CANCELED'],
      ['CANCELED'],
      ['DELETED'],
      this.#dice.chance(0.7) ? [...deletion, 'DELETED'] : deletion,
    ]);
  }

  #running(at: number): string {
    return at < this.#startsAt ? 'SCHEDULED' : 'IN_PROGRESS';
  }

  #pass(passed: number, status: string): void {
    if (status === 'IN_PROGRESS') this.#progress.pass(this.#minutesIn(passed));
    else if (status === 'COMPLETED') this.#progress.complete();
    else if (status === 'CANCELED') this.#progress.cancel();
    if (this.#dice.chance(0.01)) this.#configuration = this.#randomConfiguration();
  }

  /** Things go on by whole minutes; between looks that are close together by one or none. */
  #minutesIn(passed: number): number {
    return passed >= MINUTE ? Math.round(passed / MINUTE) : this.#dice.int(0, 1);
  }

  #isUnread(): boolean {
    const chance = this.#isRestless ? 0.1 : 0.015;
    if (this.#dice.chance(chance)) this.#unreadFor = this.#dice.int(1, this.#isRestless ? 4 : 20);
    this.#unreadFor -= 1;
    return this.#unreadFor >= 0;
  }

  #unread(at: number): RuleLess {
    return { kind: 'unread', at, reason: 'AccessDeniedException' };
  }

  #read(at: number, status: string): RuleLess {
    const window = this.#window(at);
    if (status !== DELETED) this.#counts = this.#progress.counts;
    return {
      kind: 'read',
      at,
      status,
      counts: this.#counts,
      isContinuous: this.#isContinuous,
      ...(this.#startTime !== undefined && { startTime: this.#startTime }),
      ...(this.#endTime !== undefined && { endTime: this.#endTime }),
      ...(this.#dice.chance(0.9) && { configuration: this.#configuration }),
      ...(window !== undefined && { window }),
    };
  }

  /** When windows open and close, by turns. */
  #randomWindows(last: number): number[] {
    const turns = [FIRST - this.#dice.int(1, 40) * MINUTE];
    for (let at = FIRST; at <= last; turns.push(at)) at += this.#dice.int(3, 40) * MINUTE;
    return turns;
  }

  #window(at: number): MaintenanceWindow | undefined {
    const windows = this.#windows;
    if (windows === undefined) return undefined;
    const turn = windows.findLastIndex((instant) => instant <= at);
    const since = windows[turn];
    if (turn % 2 === 0 && since !== undefined) return { open: true, since };
    const opensAt = windows[turn + 1];
    return { open: false, ...(opensAt !== undefined && { opensAt }) };
  }

  #randomConfiguration(): TaskConfiguration {
    const dice = this.#dice;
    const maximumPerMinute = Math.max(1, Math.round(this.#progress.pace * dice.pick([0.5, 1, 1, 2])));
    const basePerMinute = dice.int(1, maximumPerMinute);
    return {
      configurationId: 'config1',
      criteria: [],
      ...dice.pick([{}, { pace: { maximumPerMinute } }, { pace: { maximumPerMinute, basePerMinute } }]),
      ...(dice.chance(0.5) && { inProgressTimeoutMinutes: dice.int(1, 20) }),
    };
  }
}

/** Rules of which some come, go and change on the way. */
function withRules(dice: Dice, rollout: readonly RuleLess[], nature: Nature): RecordedLook[] {
  const purpose: Purpose = {
    counts: rollout.flatMap((look) => (look.kind === 'read' ? [look.counts] : [])),
    instants: rollout.map(({ at }) => at),
    ...nature,
  };
  const changes = dice.chance(0.6) ? dice.pick([0.03, 0.1, 0.2]) : 0;
  let rules = Array.from({ length: dice.pick([1, 2, 3, 4, 6, 8, dice.int(9, 20)]) }, (_, index) =>
    randomRule(dice, purpose, `rule${index}`, randomKind(dice, purpose)),
  );
  const former = new Map<string, TaskRule>();
  return rollout.map((look): RecordedLook => {
    if (look.kind === 'unread') return look;
    for (const rule of rules) former.set(rule.id, rule);
    if (dice.chance(changes)) rules = changedRules(dice, purpose, rules, former);
    return { ...look, rules };
  });
}

/** Rules of which one is gone, new, back again, or not what it was. */
function changedRules(
  dice: Dice,
  purpose: Purpose,
  rules: readonly TaskRule[],
  former: ReadonlyMap<string, TaskRule>,
): TaskRule[] {
  const id = `rule${dice.int(0, former.size)}`;
  const before = rules.find((rule) => rule.id === id);
  if (before === undefined) {
    const again = dice.chance(0.7) ? former.get(id) : undefined;
    return [...rules, again ?? randomRule(dice, purpose, id, randomKind(dice, purpose))];
  }
  if (dice.chance(0.4)) return rules.filter((rule) => rule !== before);
  const changed = changedRule(dice, purpose, before);
  return rules.map((rule) => (rule === before ? changed : rule));
}

function changedRule(dice: Dice, purpose: Purpose, before: TaskRule): TaskRule {
  if (dice.chance(0.2)) return randomRule(dice, purpose, before.id, randomKind(dice, purpose));
  if (dice.chance(0.5)) return randomRule(dice, purpose, before.id, before.kind);
  const { mutedUntil, ...unmuted } = before;
  if (mutedUntil !== undefined && dice.chance(0.5)) return unmuted;
  return { ...unmuted, mutedUntil: dice.pick(purpose.instants) };
}
