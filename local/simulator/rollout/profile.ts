import { z } from 'zod';
import { uniform } from './random.ts';

const fraction = z.number().min(0).max(1);

const behaviour = z.strictObject({
  /** How long an attempt takes on average. */
  meanSeconds: z.number().positive(),
  /** An attempt takes between `mean × (1 − spread)` and `mean × (1 + spread)`. */
  spread: fraction,
  /** The fraction of attempts that fail, that the thing rejects, and that never end. The rest succeed. */
  failed: fraction,
  rejected: fraction,
  hanging: fraction,
  /** How long a failed or timed-out thing waits before it is queued again, if it may be retried. */
  retryAfterSeconds: z.number().min(0),
});
type Behaviour = z.infer<typeof behaviour>;

const USUAL: Behaviour = {
  meanSeconds: 120,
  spread: 0.5,
  failed: 0.02,
  rejected: 0.01,
  hanging: 0,
  retryAfterSeconds: 30,
};

/**
 * How the things of a rollout behave: one behaviour for all, and phases that change it from the thing of an index
 * on (a bad batch that starts or ends late).
 */
export const profileSchema = behaviour
  .partial()
  .extend({ phases: z.array(behaviour.partial().extend({ fromThing: z.int().min(0) })).optional() })
  .refine(
    (profile) =>
      [0, ...(profile.phases ?? []).map(({ fromThing }) => fromThing)].every((index) => {
        const { failed, rejected, hanging } = behaviourOf(profile, index);
        return failed + rejected + hanging <= 1;
      }),
    'failed, rejected and hanging must not add up to more than 1',
  );
export type Profile = z.input<typeof profileSchema>;

/** How one attempt of a thing ends: after how long, and how; `outcome` is undefined when it never does. */
export interface Attempt {
  readonly outcome: 'SUCCEEDED' | 'FAILED' | 'REJECTED' | undefined;
  readonly afterMs: number;
}

/** A thing refuses an update much sooner than it would have installed it. */
const REJECTION_SHARE = 0.1;

function behaviourOf(profile: Profile, index: number): Behaviour {
  const layers = [profile, ...(profile.phases ?? []).filter(({ fromThing }) => fromThing <= index)];
  const value = (key: keyof Behaviour): number =>
    layers.findLast((layer) => layer[key] !== undefined)?.[key] ?? USUAL[key];
  return {
    meanSeconds: value('meanSeconds'),
    spread: value('spread'),
    failed: value('failed'),
    rejected: value('rejected'),
    hanging: value('hanging'),
    retryAfterSeconds: value('retryAfterSeconds'),
  };
}

function outcomeOf({ failed, rejected, hanging }: Behaviour, draw: number): Attempt['outcome'] {
  if (draw < failed) return 'FAILED';
  if (draw < failed + rejected) return 'REJECTED';
  return draw < failed + rejected + hanging ? undefined : 'SUCCEEDED';
}

/** Draws how an attempt (0 is the first) of the thing of an index ends. */
export function attemptOf(profile: Profile, seed: number, index: number, attempt: number): Attempt {
  const behaviour = behaviourOf(profile, index);
  const outcome = outcomeOf(behaviour, uniform(seed, index, attempt, 0));
  const factor = 1 + behaviour.spread * (2 * uniform(seed, index, attempt, 1) - 1);
  const installMs = behaviour.meanSeconds * 1_000 * factor;
  return { outcome, afterMs: Math.ceil(outcome === 'REJECTED' ? installMs * REJECTION_SHARE : installMs) };
}

/** How long a thing of an index waits after a failure before it is queued again. */
export const retryDelayMs = (profile: Profile, index: number): number =>
  Math.ceil(behaviourOf(profile, index).retryAfterSeconds * 1_000);
