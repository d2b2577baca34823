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
  readonly kind: RuleKind;
  readonly from: number;
  /** By look. */
  readonly states: Condition['state'][];
  open?: Episode;
}

/** When a rule was breached, also before it was gone for a while and came back. */
interface Past {
  readonly kind: RuleKind;
  readonly breachedAt: number[];
}

/** What the rules of a rollout have to tell, from the first look to the last. */
export function predict(looks: readonly RecordedLook[]): Told[] {
  return new Prediction(new RecordedRollout(looks)).told;
}

class Prediction {
  readonly told: Told[] = [];
  readonly #rollout: RecordedRollout;
  readonly #lives = new Map<string, Life>();
  /** By id. */
  readonly #pasts = new Map<string, Past>();

  constructor(rollout: RecordedRollout) {
    this.#rollout = rollout;
    for (let look = 0; look < rollout.moments.length; look += 1) this.#look(look);
  }

  #look(look: number): void {
    const { isRead, seen } = this.#rollout.moment(look);
    const changed = isRead ? this.#forgetChanged(look) : new Set<string>();
    for (const rule of seen.rules) {
      if (changed.has(rule.id) || !(isRead || rule.kind === 'unreachable')) continue;
      const life = this.#lives.get(rule.id) ?? { kind: rule.kind, from: look, states: [] };
      this.#lives.set(rule.id, life);
      if (rule.kind === 'milestone') this.#reachMilestone(rule, look);
      else this.#hold(rule, life, look);
    }
  }

  /** Closes what is gone from the rules, or is another kind of rule now: that begins in the next look. */
  #forgetChanged(look: number): Set<string> {
    const { seen } = this.#rollout.moment(look);
    const changed = new Set<string>();
    for (const [id, { kind, open }] of this.#lives) {
      const now = seen.rules.find((rule) => rule.id === id);
      if (now?.kind === kind) continue;
      if (now !== undefined) changed.add(id);
      if (open) this.#pasts.delete(id);
      if (open) {
        const reason = isEnd(seen.status) ? 'task-ended' : 'rule-removed';
        this.#close(id, open, look, reason, open.observed);
      }
      this.#lives.delete(id);
    }
    return changed;
  }

  #hold(rule: TaskRule, life: Life, look: number): void {
    const { isRead, seen } = this.#rollout.moment(look);
    const isBreached = life.open !== undefined;
    const condition = conditionOf(rule, { rollout: this.#rollout, look, isBreached });
    life.states[look] = condition.state;
    const isOver = isRead && isEnd(seen.status);
    if (!life.open) this.#breach(rule, life, look, condition);
    else if (!isOver) this.#goOn(rule, life, life.open, look, condition);
    if (isOver && life.open) this.#close(rule.id, life.open, look, 'task-ended', condition.observed);
  }

  /** A milestone is told in the look in which it is passed. */
  #reachMilestone(rule: MilestoneRule, look: number): void {
    const { seen } = this.#rollout.moment(look);
    const stateAt = (at: number) =>
      conditionOf(rule, { rollout: this.#rollout, look: at, isBreached: false });
    const { state, observed } = stateAt(look);
    const isPassed = look > 0 && state === 'holds' && stateAt(look - 1).state === 'gone';
    const isNews = !DELETIONS.includes(seen.status) && seen.status !== 'CANCELED';
    const { breachedAt } = this.#pastOf(rule);
    if (!isPassed || !isNews || breachedAt.length > 0) return;
    breachedAt.push(seen.at);
    this.#tell('breached', rule, look, { published: !this.#isMuted(rule, look), observed });
  }

  #breach(rule: TaskRule, life: Life, look: number, { state, observed }: Condition): void {
    const { at, seen } = this.#rollout.moment(look);
    const isNews = !DELETIONS.includes(seen.status) && !(isEnd(seen.status) && rule.kind === 'malformed-tag');
    if (state !== 'holds' || !isNews || !this.#lasts(life, look, 'holds', rule.forMs)) return;
    const isPublished = !this.#isMuted(rule, look);
    this.#pastOf(rule).breachedAt.push(at);
    life.open = { at, kind: rule.kind, observed, isPublished, reminders: 0 };
    this.#tell('breached', rule, look, {
      published: isPublished,
      observed,
      ...(this.#isFlapping(rule, at) && { flapping: true }),
    });
  }

  #goOn(rule: TaskRule, life: Life, open: Episode, look: number, { state, observed }: Condition): void {
    const { at } = this.#rollout.moment(look);
    const patience = this.#isFlapping(rule, at)
      ? Math.max(rule.keepFiringForMs, FLAPPING_PATIENCE)
      : rule.keepFiringForMs;
    if (state !== 'gone') this.#tellAgain(rule, open, look, observed);
    else if (this.#lasts(life, look, 'gone', patience)) {
      this.#close(rule.id, open, look, 'recovered', observed);
      delete life.open;
    }
  }

  /** The end of a mute publishes a breach; reminders tell of one that was published before. */
  #tellAgain(rule: TaskRule, open: Episode, look: number, observed: Observed): void {
    const { at } = this.#rollout.moment(look);
    const repeatMs = rule.severity === 'critical' ? rule.repeatEveryMs : undefined;
    const due = repeatMs === undefined ? 0 : Math.floor((at - open.at) / repeatMs);
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

  #isFlapping(rule: TaskRule, now: number): boolean {
    const latest = this.#pastOf(rule).breachedAt.slice(-FLAPPING_BREACHES);
    return latest.length === FLAPPING_BREACHES && latest.every((at) => now - at <= HOUR);
  }

  /** Another kind of rule has no past. */
  #pastOf({ id, kind }: TaskRule): Past {
    const past = this.#pasts.get(id);
    if (past?.kind === kind) return past;
    const none: Past = { kind, breachedAt: [] };
    this.#pasts.set(id, none);
    return none;
  }
}
