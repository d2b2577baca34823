import type { Observed } from '../../lib/domain/generated/events.ts';
import type { MilestoneRule, RuleKind, TaskRule } from '../../lib/domain/rules/rule.ts';
import { type Condition, conditionOf } from './rule-oracle/condition.ts';
import { type RecordedLook, RecordedRollout } from './rule-oracle/recorded-rollout.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FLAPPING_BREACHES = 3;
const FLAPPING_PATIENCE = 15 * MINUTE;

const isEnd = (status: string) => ['COMPLETED', 'CANCELED', 'DELETED'].includes(status);
const DELETIONS = ['DELETION_IN_PROGRESS', 'DELETED'];

/** What subscribers and the history are told of rules, without the sentences. Instants are epoch milliseconds. */
export interface Told {
  readonly at: number;
  readonly type: 'breached' | 'recovered';
  readonly id: string;
  readonly kind: RuleKind;
  readonly published: boolean;
  readonly observed: Observed;
  readonly breachedAt?: number;
  readonly reason?: 'recovered' | 'task-ended' | 'rule-removed';
  readonly reminder?: number;
  readonly flapping?: true;
}

/** A breach that has not recovered. */
interface Episode {
  readonly at: number;
  readonly kind: RuleKind;
  readonly observed: Observed;
  isPublished: boolean;
  reminders: number;
}

/** What is known of a rule from the look on at which it came into force. */
interface Life {
  readonly from: number;
  /** By look. */
  readonly states: Condition['state'][];
  readonly breachedAt: number[];
  isMilestoneReached: boolean;
  open?: Episode;
}

/** What the rules of a rollout have to tell, from the first look to the last. */
export function predict(looks: readonly RecordedLook[]): Told[] {
  return new Prediction(new RecordedRollout(looks)).told;
}

class Prediction {
  readonly told: Told[] = [];
  readonly #rollout: RecordedRollout;
  readonly #lives = new Map<string, Life>();
  readonly #isTold: Record<'stalled' | 'unreachable', boolean[]> = { stalled: [], unreachable: [] };

  constructor(rollout: RecordedRollout) {
    this.#rollout = rollout;
    for (let look = 0; look < rollout.moments.length; look += 1) this.#look(look);
  }

  /** Breaches are told before recoveries, each in the order of the rules; those of rules that are gone come last. */
  #look(look: number): void {
    const { isRead, seen } = this.#rollout.moment(look);
    const before = this.told.length;
    for (const rule of seen.rules) if (isRead || rule.kind === 'unreachable') this.#rule(rule, look);
    for (const [id, life] of [...this.#lives].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (isRead && !seen.rules.some((rule) => rule.id === id)) this.#forget(id, life, look);
    }
    this.#isTold.stalled[look] = this.#areStallsTold(look);
    this.#isTold.unreachable[look] = !isRead && this.#areTold('unreachable', look);
    const told = this.told.splice(before);
    this.told.push(...told.filter(({ type }) => type === 'breached'));
    this.told.push(...told.filter(({ type }) => type === 'recovered'));
  }

  #areStallsTold(look: number): boolean {
    if (this.#rollout.hasFinished(look) || !this.#rollout.isWatchedForStalls(look)) return false;
    if (!this.#rollout.isRunning(look)) return this.#isTold.stalled[look - 1] ?? false;
    return this.#areTold('stalled', look);
  }

  #areTold(kind: RuleKind, look: number): boolean {
    const rules = this.#rollout.moment(look).seen.rules.filter((rule) => rule.kind === kind);
    const lives = rules.map(({ id }) => this.#lives.get(id));
    return lives.every((life) => life?.open !== undefined && life.states[look] === 'holds');
  }

  /** One that is breached as another kind of rule begins anew in the next look. */
  #rule(rule: TaskRule, look: number): void {
    const life = this.#lives.get(rule.id) ?? newLife(look);
    this.#lives.set(rule.id, life);
    if (life.open && life.open.kind !== rule.kind) this.#forget(rule.id, life, look);
    else if (rule.kind === 'milestone') this.#reachMilestone(rule, life, look);
    else this.#hold(rule, life, look);
  }

  #forget(id: string, { open }: Life, look: number): void {
    const reason = isEnd(this.#rollout.moment(look).seen.status) ? 'task-ended' : 'rule-removed';
    if (open) this.#close(id, open, look, reason, open.observed);
    this.#lives.delete(id);
  }

  #hold(rule: TaskRule, life: Life, look: number): void {
    const { isRead, seen } = this.#rollout.moment(look);
    const condition = this.#conditionOf(rule, look, life.open !== undefined);
    life.states[look] = condition.state;
    const isOver = isRead && isEnd(seen.status);
    if (!life.open) this.#breach(rule, life, look, condition);
    else if (!isOver) this.#goOn(rule, life, life.open, look, condition);
    if (isOver && life.open) this.#close(rule.id, life.open, look, 'task-ended', condition.observed);
  }

  /** A milestone is told in the look in which it is passed. */
  #reachMilestone(rule: MilestoneRule, life: Life, look: number): void {
    life.states[look] = 'gone';
    const { seen } = this.#rollout.moment(look);
    const { state, observed } = this.#conditionOf(rule, look);
    const isPassed = look > 0 && state === 'holds' && this.#conditionOf(rule, look - 1).state === 'gone';
    const isNews = !DELETIONS.includes(seen.status) && seen.status !== 'CANCELED';
    if (!isPassed || !isNews || life.isMilestoneReached) return;
    life.isMilestoneReached = true;
    this.#tell('breached', rule, look, { published: !this.#isMuted(rule, look), observed });
  }

  #conditionOf(rule: TaskRule, look: number, isBreached = false): Condition {
    return conditionOf(rule, { rollout: this.#rollout, look, isBreached, isTold: this.#isTold });
  }

  #breach(rule: TaskRule, life: Life, look: number, { state, observed }: Condition): void {
    const { at, seen } = this.#rollout.moment(look);
    const isNews = !DELETIONS.includes(seen.status) && !(isEnd(seen.status) && rule.kind === 'malformed-tag');
    if (state !== 'holds' || !isNews || !this.#lasts(rule, life, look, 'holds', rule.forMs)) return;
    const isPublished = !this.#isMuted(rule, look);
    life.breachedAt.push(at);
    life.open = { at, kind: rule.kind, observed, isPublished, reminders: 0 };
    this.#tell('breached', rule, look, {
      published: isPublished,
      observed,
      ...(isFlapping(life, at) && { flapping: true }),
    });
  }

  #goOn(rule: TaskRule, life: Life, open: Episode, look: number, { state, observed }: Condition): void {
    const { at } = this.#rollout.moment(look);
    const patience = isFlapping(life, at)
      ? Math.max(rule.keepFiringForMs, FLAPPING_PATIENCE)
      : rule.keepFiringForMs;
    if (state !== 'gone') this.#tellAgain(rule, open, look, observed);
    else if (this.#lasts(rule, life, look, 'gone', patience)) {
      this.#close(rule.id, open, look, 'recovered', observed);
      delete life.open;
    }
  }

  /** The end of a mute publishes a breach; reminders tell of one that was published before. */
  #tellAgain(rule: TaskRule, open: Episode, look: number, observed: Observed): void {
    const { at } = this.#rollout.moment(look);
    const repeatMs = rule.severity === 'critical' ? rule.repeatEveryMs : undefined;
    const due = repeatMs === undefined ? 0 : Math.max(0, Math.floor((at - open.at) / repeatMs));
    const isReminder = open.isPublished && due > open.reminders;
    if (this.#isMuted(rule, look) || (open.isPublished && !isReminder)) return;
    open.isPublished = true;
    open.reminders = due;
    this.#tell('breached', rule, look, {
      published: true,
      observed,
      breachedAt: open.at,
      ...(isReminder && { reminder: due }),
    });
  }

  #close(
    id: string,
    open: Episode,
    look: number,
    reason: 'recovered' | 'task-ended' | 'rule-removed',
    observed: Observed,
  ): void {
    const { kind, isPublished: published, at: breachedAt } = open;
    this.#tell('recovered', { id, kind }, look, { published, observed, breachedAt, reason });
  }

  #tell(
    type: Told['type'],
    { id, kind }: Pick<TaskRule, 'id' | 'kind'>,
    look: number,
    rest: Omit<Told, 'at' | 'type' | 'id' | 'kind'>,
  ): void {
    this.told.push({ at: this.#rollout.moment(look).at, type, id, kind, ...rest });
  }

  /** Whether a rule has been in a state for so long, as far as it was watched and could tell. */
  #lasts(rule: TaskRule, life: Life, look: number, state: Condition['state'], forMs: number): boolean {
    let lasted = 0;
    let at = look;
    while (at > life.from && lasted < forMs) {
      // A look that failed tells only of rules about just that.
      const previous = rule.kind === 'unreachable' ? at - 1 : (this.#rollout.readBefore(at) ?? life.from);
      const before = life.states[previous] ?? 'unknown';
      if (before !== state && before !== 'unknown') break;
      if (before === state && life.states[at] === state) lasted += this.#rollout.watched(previous, at);
      at = previous;
    }
    return lasted >= forMs;
  }

  #isMuted({ mutedUntil }: TaskRule, look: number): boolean {
    return mutedUntil !== undefined && this.#rollout.moment(look).at < mutedUntil;
  }
}

const newLife = (look: number): Life => ({
  from: look,
  states: [],
  breachedAt: [],
  isMilestoneReached: false,
});

function isFlapping({ breachedAt }: Life, now: number): boolean {
  const latest = breachedAt.slice(-FLAPPING_BREACHES);
  return latest.length === FLAPPING_BREACHES && latest.every((at) => now - at <= HOUR);
}
