import type { Observed } from '../../lib/domain/generated/events.ts';
import type { RuleKind, TaskRule } from '../../lib/domain/rules/rule.ts';
import { type Condition, conditionOf } from './rule-oracle/condition.ts';
import { type RecordedLook, RecordedRollout } from './rule-oracle/recorded-rollout.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FLAPPING_BREACHES = 3;
const FLAPPING_PATIENCE = 15 * MINUTE;

const ENDS = ['COMPLETED', 'CANCELED', 'DELETED'];
const DELETIONS = ['DELETION_IN_PROGRESS', 'DELETED'];
const ABOUT_TIME: readonly RuleKind[] = ['stalled', 'overdue', 'slow', 'stuck-scheduled', 'unreachable'];

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

/** A rule from the look at which it came into force. */
interface Life {
  readonly kind: RuleKind;
  readonly from: number;
  /** By look. */
  readonly states: Condition['state'][];
  readonly breachedAt: number[];
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

  constructor(rollout: RecordedRollout) {
    this.#rollout = rollout;
    for (let look = 0; look < rollout.moments.length; look += 1) this.#look(look);
  }

  #look(look: number): void {
    const { isRead, seen } = this.#rollout.moment(look);
    const changed = isRead ? this.#forgetChanged(look, seen.rules) : new Set<string>();
    for (const rule of seen.rules) {
      if (changed.has(rule.id) || !(isRead || rule.kind === 'unreachable')) continue;
      const life = this.#lives.get(rule.id) ?? {
        kind: rule.kind,
        from: look,
        states: [],
        breachedAt: [],
      };
      this.#lives.set(rule.id, life);
      this.#hold(rule, life, look);
    }
  }

  /** Closes what is gone from the rules, or is another kind of rule now: those begin in the next look. */
  #forgetChanged(look: number, rules: readonly TaskRule[]): Set<string> {
    const changed = new Set<string>();
    for (const [id, life] of this.#lives) {
      const now = rules.find((rule) => rule.id === id);
      if (now?.kind === life.kind) continue;
      if (now !== undefined) changed.add(id);
      if (life.open) this.#close(id, life.open, look, 'rule-removed', life.open.observed);
      this.#lives.delete(id);
    }
    return changed;
  }

  #hold(rule: TaskRule, life: Life, look: number): void {
    const { isRead, seen } = this.#rollout.moment(look);
    const isEnd = isRead && ENDS.includes(seen.status);
    const isSilent = isEnd && ABOUT_TIME.includes(rule.kind);
    const condition: Condition = isSilent
      ? { state: 'unknown' }
      : conditionOf(rule, { rollout: this.#rollout, look, isBreached: life.open !== undefined });
    life.states[look] = condition.state;
    if (rule.kind === 'milestone') this.#reachMilestone(rule, life, look, condition);
    else if (life.open && !isEnd) this.#goOn(rule, life, life.open, look, condition);
    else if (!life.open) this.#breach(rule, life, look, condition);
    if (isEnd && life.open) {
      this.#close(rule.id, life.open, look, 'task-ended', condition.observed ?? life.open.observed);
    }
  }

  #reachMilestone(rule: TaskRule, life: Life, look: number, { state, observed }: Condition): void {
    const wasReached = life.states[life.from] === 'holds' || life.breachedAt.length > 0;
    if (wasReached || state !== 'holds' || !observed || !this.#mayBreach(rule, life, look)) return;
    life.breachedAt.push(look);
    this.#tell('breached', rule, look, { published: !this.#isMuted(rule, look), observed });
  }

  #breach(rule: TaskRule, life: Life, look: number, { state, observed }: Condition): void {
    if (state !== 'holds' || !observed || !this.#mayBreach(rule, life, look)) return;
    const { at } = this.#rollout.moment(look);
    const isPublished = !this.#isMuted(rule, look);
    life.breachedAt.push(at);
    life.open = { at, kind: rule.kind, observed, isPublished, reminders: 0 };
    this.#tell('breached', rule, look, {
      published: isPublished,
      observed,
      ...(this.#isFlapping(life, at) && { flapping: true }),
    });
  }

  #mayBreach(rule: TaskRule, life: Life, look: number): boolean {
    return (
      !DELETIONS.includes(this.#rollout.moment(look).seen.status) &&
      this.#lasts(life, look, 'holds', rule.forMs)
    );
  }

  #goOn(rule: TaskRule, life: Life, open: Episode, look: number, { state, observed }: Condition): void {
    const { at } = this.#rollout.moment(look);
    const patience = this.#isFlapping(life, at)
      ? Math.max(rule.keepFiringForMs, FLAPPING_PATIENCE)
      : rule.keepFiringForMs;
    if (state === 'gone' && this.#lasts(life, look, 'gone', patience)) {
      this.#close(rule.id, open, look, 'recovered', observed ?? open.observed);
      delete life.open;
      return;
    }
    this.#tellAgain(rule, open, look, observed ?? open.observed);
  }

  /** The end of a mute publishes a breach; reminders tell of it again. */
  #tellAgain(rule: TaskRule, open: Episode, look: number, observed: Observed): void {
    const { at } = this.#rollout.moment(look);
    const isMuted = this.#isMuted(rule, look);
    const repeats = rule.severity === 'critical' && rule.repeatEveryMs !== undefined;
    const due = repeats ? Math.floor((at - open.at) / (rule.repeatEveryMs ?? 1)) : 0;
    const isDue = due > open.reminders;
    const isFirst = !open.isPublished && !isMuted;
    if (isDue) open.reminders = due;
    if (isFirst) open.isPublished = true;
    if (!isDue && !isFirst) return;
    this.#tell('breached', rule, look, {
      published: !isMuted,
      observed,
      breachedAt: open.at,
      ...(!isFirst && { reminder: due }),
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
  #lasts(life: Life, look: number, state: Condition['state'], forMs: number): boolean {
    let lasted = 0;
    for (let at = look; at > life.from && lasted < forMs; at -= 1) {
      const before = life.states[at - 1] ?? 'unknown';
      if (before !== state && before !== 'unknown') break;
      if (before === state && life.states[at] === state) lasted += this.#rollout.watched(at);
    }
    return lasted >= forMs;
  }

  #isMuted({ mutedUntil }: TaskRule, look: number): boolean {
    return mutedUntil !== undefined && this.#rollout.moment(look).at < mutedUntil;
  }

  #isFlapping({ breachedAt }: Life, now: number): boolean {
    return breachedAt.filter((at) => now - at < HOUR).length >= FLAPPING_BREACHES;
  }
}
