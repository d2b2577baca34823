import { describe, expect, it } from 'vitest';
import { Rollout } from '../../../local/simulator/rollout/rollout.ts';
import { scheduleOf } from '../../../local/simulator/rollout/schedule.ts';
import { countsOf, MINUTE, minutesIn, plan, SECOND, START, stateOf } from './plan.ts';

const FAILING = { meanSeconds: 60, spread: 0, failed: 1, rejected: 0 };

function rolloutAt(minutes: number, overrides: Parameters<typeof plan>[0] = {}): Rollout {
  const rollout = new Rollout(plan(overrides));
  rollout.advance(START + minutes * MINUTE);
  return rollout;
}

const outline = (rollout: Rollout) => [rollout.status, countsOf(rollout)];

describe('a rollout at a constant rate', () => {
  it.each([
    [0, 'IN_PROGRESS', { QUEUED: 9, IN_PROGRESS: 1 }],
    [0.5, 'IN_PROGRESS', { QUEUED: 4, IN_PROGRESS: 6 }],
    [1, 'IN_PROGRESS', { IN_PROGRESS: 9, SUCCEEDED: 1 }],
    [1.8, 'IN_PROGRESS', { IN_PROGRESS: 1, SUCCEEDED: 9 }],
    [1.9, 'COMPLETED', { SUCCEEDED: 10 }],
    [500, 'COMPLETED', { SUCCEEDED: 10 }],
  ])('stands after %s minutes at %s', (minutes, status, counts) => {
    expect(outline(rolloutAt(minutes))).toEqual([status, counts]);
  });

  it('was updated when the last count or status changed, whenever it is looked at', () => {
    expect(rolloutAt(1).updatedAt).toBe(START + MINUTE);
    expect(rolloutAt(1.05).updatedAt).toBe(START + MINUTE);
    expect(rolloutAt(500).updatedAt).toBe(START + 1.9 * MINUTE);
  });

  it('does not go back in time', () => {
    const rollout = rolloutAt(1);
    const before = stateOf(rollout);
    rollout.advance(START);
    expect(stateOf(rollout)).toEqual(before);
  });

  it('is complete at once without things', () => {
    expect(outline(rolloutAt(0, { things: 0 }))).toEqual(['COMPLETED', {}]);
  });

  it('notifies 1,000 things a minute without a configuration', () => {
    expect(countsOf(rolloutAt(0.9999, { things: 2_000, push: {} }))).toEqual({
      QUEUED: 1_000,
      IN_PROGRESS: 1_000,
    });
  });

  it('describes each execution', () => {
    const notified = { status: 'IN_PROGRESS', queuedAt: START, retryAttempt: 0 };
    expect(rolloutAt(0.1, { things: 3 }).executions(0, 10)).toEqual([
      { ...notified, index: 0, startedAt: START, updatedAt: START },
      { ...notified, index: 1, startedAt: START + 6 * SECOND, updatedAt: START + 6 * SECOND },
      {
        index: 2,
        status: 'QUEUED',
        queuedAt: START,
        startedAt: undefined,
        updatedAt: START,
        retryAttempt: 0,
      },
    ]);
  });
});

describe('how things end', () => {
  it.each([
    ['FAILED', { failed: 1, rejected: 0 }],
    ['REJECTED', { failed: 0, rejected: 1 }],
    ['IN_PROGRESS', { failed: 0, rejected: 0, hanging: 1 }],
  ])('all are %s if the profile says so', (status, mix) => {
    expect(countsOf(rolloutAt(60, { profile: { meanSeconds: 60, ...mix } }))).toEqual({ [status]: 10 });
  });

  it('rejects sooner than it installs', () => {
    expect(countsOf(rolloutAt(0.1, { things: 1, profile: { ...FAILING, failed: 0, rejected: 1 } }))).toEqual({
      REJECTED: 1,
    });
  });

  it.each([
    ['hanging', { meanSeconds: 1, failed: 0, rejected: 0, hanging: 1 }],
    ['slow', { meanSeconds: 300, spread: 0, failed: 0, rejected: 0 }],
  ])('times a %s thing out', (_, profile) => {
    const push = { TimeoutConfig: { InProgressTimeoutInMinutes: 4 } };
    expect(outline(rolloutAt(3.999, { things: 1, profile, push }))).toEqual([
      'IN_PROGRESS',
      { IN_PROGRESS: 1 },
    ]);
    expect(outline(rolloutAt(4, { things: 1, profile, push }))).toEqual(['COMPLETED', { TIMED_OUT: 1 }]);
  });

  it('changes with the phases of the profile', () => {
    const profile = {
      ...FAILING,
      failed: 0,
      phases: [
        { fromThing: 4, failed: 1 },
        { fromThing: 7, failed: 0, rejected: 1 },
      ],
    };
    expect(
      rolloutAt(60, { profile })
        .executions(0, 10)
        .map(({ status }) => status),
    ).toEqual([...Array(4).fill('SUCCEEDED'), ...Array(3).fill('FAILED'), ...Array(3).fill('REJECTED')]);
  });
});

describe('retries', () => {
  const failing = { things: 1, profile: { ...FAILING, retryAfterSeconds: 30 } };

  it('queues a failed thing again, so that the count of failures falls', () => {
    const rollout = new Rollout(
      plan({ ...failing, retries: [{ FailureType: 'FAILED', MinNumberOfRetries: 1 }] }),
    );
    const seen = [1, 1.5, 2.5, 3].map((minutes) => {
      rollout.advance(START + minutes * MINUTE);
      return [...outline(rollout), ...rollout.executions(0, 1)];
    });
    const first = {
      index: 0,
      status: 'FAILED',
      queuedAt: START,
      startedAt: START,
      updatedAt: START + MINUTE,
    };
    const second = {
      index: 0,
      queuedAt: START + 1.5 * MINUTE,
      startedAt: START + 1.5 * MINUTE,
      retryAttempt: 1,
    };
    const last = { ...second, status: 'FAILED', updatedAt: START + 2.5 * MINUTE };
    expect(seen).toEqual([
      ['IN_PROGRESS', { FAILED: 1 }, { ...first, retryAttempt: 0 }],
      [
        'IN_PROGRESS',
        { IN_PROGRESS: 1 },
        { ...second, status: 'IN_PROGRESS', updatedAt: START + 1.5 * MINUTE },
      ],
      ['COMPLETED', { FAILED: 1 }, last],
      ['COMPLETED', { FAILED: 1 }, last],
    ]);
  });

  const hanging = { ...FAILING, failed: 0, hanging: 1 };
  it.each([
    ['failures', 'FAILED', FAILING, 2],
    ['failures of any type', 'ALL', FAILING, 2],
    ['failures, not as timeouts', 'TIMED_OUT', FAILING, 0],
    ['timeouts', 'TIMED_OUT', hanging, 2],
    ['timeouts of any type', 'ALL', hanging, 2],
    ['timeouts, not as failures', 'FAILED', hanging, 0],
    ['rejections, never', 'ALL', { ...FAILING, failed: 0, rejected: 1 }, 0],
  ] as const)('counts %s', (_, FailureType, profile, retries) => {
    const push = { TimeoutConfig: { InProgressTimeoutInMinutes: 5 } };
    const rollout = rolloutAt(600, {
      things: 1,
      profile,
      push,
      retries: [{ FailureType, MinNumberOfRetries: 2 }],
    });
    expect(rollout.executions(0, 1)[0]?.retryAttempt).toBe(retries);
  });

  it('shows a thing that waits for its next attempt as queued, without a start', () => {
    const rollout = rolloutAt(0.9, {
      things: 1,
      profile: { ...FAILING, meanSeconds: 30, retryAfterSeconds: 10 },
      push: { RolloutConfig: { MaximumPerMinute: 1 } },
      retries: [{ FailureType: 'FAILED', MinNumberOfRetries: 1 }],
    });
    const queuedAt = START + 40 * SECOND;
    expect(rollout.executions(0, 1)).toEqual([
      { index: 0, status: 'QUEUED', queuedAt, startedAt: undefined, updatedAt: queuedAt, retryAttempt: 1 },
    ]);
  });

  it('keeps the task in progress while a retry is to come', () => {
    const retries = [{ FailureType: 'FAILED' as const, MinNumberOfRetries: 1 }];
    expect(rolloutAt(1.499, { ...failing, retries }).status).toBe('IN_PROGRESS');
    expect(rolloutAt(1.499, failing).status).toBe('COMPLETED');
  });
});

describe('abort criteria', () => {
  const aborting = (
    FailureType: 'FAILED' | 'REJECTED' | 'TIMED_OUT' | 'ALL',
    ThresholdPercentage: number,
  ) => ({
    RolloutConfig: { MaximumPerMinute: 10 },
    TimeoutConfig: { InProgressTimeoutInMinutes: 1 },
    AbortConfig: {
      AbortConfigCriteriaList: [
        { Action: 'CANCEL' as const, FailureType, ThresholdPercentage, MinNumberOfExecutedThings: 5 },
      ],
    },
  });

  it('cancels everything queued or in progress at the moment a criterion holds', () => {
    const profile = { ...FAILING, meanSeconds: 30 };
    const rollout = rolloutAt(600, { things: 20, profile, push: aborting('FAILED', 30) });
    // Things are notified at 0, 6, 12 … s and fail 30 s later: 1 of 5 at 30 s, 2 of 6 at 36 s.
    expect([rollout.status, rollout.updatedAt]).toEqual(['CANCELED', START + 36 * SECOND]);
    expect(countsOf(rollout)).toEqual({ FAILED: 2, CANCELED: 18 });
    expect(rollout.canceledBy).toBe('abort-criteria');
  });

  it.each([
    ['FAILED', { ...FAILING }, 'CANCELED'],
    ['REJECTED', { ...FAILING }, 'COMPLETED'],
    ['ALL', { ...FAILING }, 'CANCELED'],
    ['REJECTED', { ...FAILING, failed: 0, rejected: 1 }, 'CANCELED'],
    ['TIMED_OUT', { ...FAILING, failed: 0, hanging: 1 }, 'CANCELED'],
    ['FAILED', { ...FAILING, failed: 0, hanging: 1 }, 'COMPLETED'],
    ['ALL', { ...FAILING, failed: 0, hanging: 1 }, 'CANCELED'],
  ] as const)('counts %s of %o: %s', (type, profile, status) => {
    expect(rolloutAt(600, { profile, push: aborting(type, 50) }).status).toBe(status);
  });

  it('waits for the minimum number of things', () => {
    expect(outline(rolloutAt(600, { things: 4, profile: FAILING, push: aborting('FAILED', 1) }))).toEqual([
      'COMPLETED',
      { FAILED: 4 },
    ]);
  });

  it.each([{ FailureType: 'FAILED' as const }, { ThresholdPercentage: 1 }, {}])(
    'ignores the incomplete criterion %o',
    (criterion) => {
      const push = { AbortConfig: { AbortConfigCriteriaList: [criterion] } };
      expect(rolloutAt(600, { profile: FAILING, push }).status).toBe('COMPLETED');
    },
  );
});

describe('scheduling', () => {
  it('is scheduled until the start time', () => {
    const schedule = scheduleOf({ StartTime: minutesIn(30) });
    expect(outline(rolloutAt(29.999, { schedule }))).toEqual(['SCHEDULED', { QUEUED: 10 }]);
    expect(outline(rolloutAt(30, { schedule }))).toEqual(['IN_PROGRESS', { QUEUED: 9, IN_PROGRESS: 1 }]);
    expect(rolloutAt(30, { schedule }).updatedAt).toBe(START + 30 * MINUTE);
  });

  it('starts at once when the start time has passed', () => {
    expect(rolloutAt(0, { schedule: scheduleOf({ StartTime: minutesIn(-30) }) }).status).toBe('IN_PROGRESS');
  });

  describe('at the end time, with ten things notified, five of them done, and ten to come', () => {
    const at = (EndBehavior: 'STOP_ROLLOUT' | 'CANCEL' | 'FORCE_CANCEL' | undefined, minutes: number) =>
      outline(
        rolloutAt(minutes, {
          things: 20,
          profile: { ...FAILING, failed: 0, meanSeconds: 33 },
          schedule: scheduleOf({ EndTime: minutesIn(1), EndBehavior }),
        }),
      );

    it.each(['STOP_ROLLOUT', undefined] as const)(
      '%s removes what is queued and completes with the rest',
      (behavior) => {
        expect(at(behavior, 1)).toEqual(['IN_PROGRESS', { IN_PROGRESS: 5, SUCCEEDED: 5, REMOVED: 10 }]);
        expect(at(behavior, 10)).toEqual(['COMPLETED', { SUCCEEDED: 10, REMOVED: 10 }]);
      },
    );

    it('CANCEL cancels what is queued and lets the rest end', () => {
      expect(at('CANCEL', 1)).toEqual(['CANCELED', { IN_PROGRESS: 5, SUCCEEDED: 5, CANCELED: 10 }]);
      expect(at('CANCEL', 10)).toEqual(['CANCELED', { SUCCEEDED: 10, CANCELED: 10 }]);
    });

    it('an operator may still cancel what the end left in progress', () => {
      const rollout = rolloutAt(1, {
        things: 20,
        profile: { ...FAILING, meanSeconds: 33 },
        schedule: scheduleOf({ EndTime: minutesIn(1) }),
      });
      rollout.cancel(START + 1.01 * MINUTE);
      expect(outline(rollout)).toEqual(['CANCELED', { FAILED: 5, CANCELED: 5, REMOVED: 10 }]);
      expect(new Set(rollout.executions(10, 10).map(({ status }) => status))).toEqual(new Set(['REMOVED']));
    });

    it.each([
      ['STOP_ROLLOUT', 'operator'],
      ['CANCEL', 'end-time'],
      ['FORCE_CANCEL', 'end-time'],
    ] as const)('%s, then an operator: canceled by %s', (EndBehavior, canceledBy) => {
      const rollout = rolloutAt(1, {
        things: 20,
        schedule: scheduleOf({ EndTime: minutesIn(1), EndBehavior }),
      });
      rollout.cancel(START + 1.01 * MINUTE);
      expect(rollout.canceledBy).toBe(canceledBy);
    });

    it('FORCE_CANCEL cancels everything', () => {
      expect(at('FORCE_CANCEL', 1)).toEqual(['CANCELED', { SUCCEEDED: 5, CANCELED: 15 }]);
      expect(at('FORCE_CANCEL', 10)).toEqual(['CANCELED', { SUCCEEDED: 5, CANCELED: 15 }]);
    });
  });

  it('is not updated by an end time that changes nothing', () => {
    const rollout = rolloutAt(10, {
      profile: { ...FAILING, failed: 0, hanging: 1 },
      schedule: scheduleOf({ EndTime: minutesIn(5) }),
    });
    expect([rollout.status, rollout.updatedAt]).toEqual(['IN_PROGRESS', START + 54 * SECOND]);
  });

  it('retries nothing after the end time', () => {
    const rollout = rolloutAt(10, {
      profile: {
        ...FAILING,
        retryAfterSeconds: 90,
        phases: [{ fromThing: 9, failed: 0, meanSeconds: 300 }],
      },
      schedule: scheduleOf({ EndTime: minutesIn(2) }),
      retries: [{ FailureType: 'ALL', MinNumberOfRetries: 5 }],
    });
    expect(outline(rollout)).toEqual(['COMPLETED', { SUCCEEDED: 1, FAILED: 9 }]);
  });

  it('is scheduled between maintenance windows and notifies only inside', () => {
    const schedule = scheduleOf({
      MaintenanceWindows: [{ StartTime: 'cron(15 * * * ? *)', DurationInMinutes: 1 }],
    });
    const rollout = new Rollout(plan({ things: 25, schedule }));
    const seen = [14.999, 15, 15.999, 16, 17, 74.999, 75, 76, 77, 135, 136.4].map((minutes) => {
      rollout.advance(START + minutes * MINUTE);
      return outline(rollout);
    });
    expect(seen).toEqual([
      ['SCHEDULED', { QUEUED: 25 }],
      ['IN_PROGRESS', { QUEUED: 24, IN_PROGRESS: 1 }],
      ['IN_PROGRESS', { QUEUED: 15, IN_PROGRESS: 10 }],
      ['SCHEDULED', { QUEUED: 15, IN_PROGRESS: 9, SUCCEEDED: 1 }],
      ['SCHEDULED', { QUEUED: 15, SUCCEEDED: 10 }],
      ['SCHEDULED', { QUEUED: 15, SUCCEEDED: 10 }],
      ['IN_PROGRESS', { QUEUED: 14, IN_PROGRESS: 1, SUCCEEDED: 10 }],
      ['SCHEDULED', { QUEUED: 5, IN_PROGRESS: 9, SUCCEEDED: 11 }],
      ['SCHEDULED', { QUEUED: 5, SUCCEEDED: 20 }],
      ['IN_PROGRESS', { QUEUED: 4, IN_PROGRESS: 1, SUCCEEDED: 20 }],
      ['COMPLETED', { SUCCEEDED: 25 }],
    ]);
  });
});

describe('a continuous task', () => {
  const growing = { things: 2, continuous: true, joiningPerMinute: 0.5 };

  it('grows from its start on and does not complete', () => {
    const schedule = scheduleOf({ StartTime: minutesIn(10) });
    const seen = [9, 12, 20, 60].map((minutes) => {
      const rollout = rolloutAt(minutes, { ...growing, schedule });
      return [rollout.status, rollout.joined];
    });
    expect(seen).toEqual([
      ['SCHEDULED', 2],
      ['IN_PROGRESS', 3],
      ['IN_PROGRESS', 7],
      ['IN_PROGRESS', 27],
    ]);
  });

  it('does not complete even while it has nothing to do', () => {
    expect(outline(rolloutAt(600, { ...growing, joiningPerMinute: 0 }))).toEqual([
      'IN_PROGRESS',
      { SUCCEEDED: 2 },
    ]);
  });

  it('completes after its end time', () => {
    const late = {
      ...growing,
      profile: { ...FAILING, failed: 0, meanSeconds: 90 },
      schedule: scheduleOf({ EndTime: minutesIn(11) }),
    };
    expect(outline(rolloutAt(11, late))).toEqual(['IN_PROGRESS', { SUCCEEDED: 6, IN_PROGRESS: 1 }]);
    expect(outline(rolloutAt(60, late))).toEqual(['COMPLETED', { SUCCEEDED: 7 }]);
  });

  it('says when each thing joined', () => {
    expect(
      rolloutAt(4, growing)
        .executions(2, 5)
        .map(({ queuedAt }) => queuedAt),
    ).toEqual([START + 2 * MINUTE, START + 4 * MINUTE]);
  });
});

describe('cancel', () => {
  it('cancels everything queued or in progress', () => {
    const rollout = new Rollout(plan({ things: 20 }));
    rollout.cancel(START + MINUTE);
    rollout.advance(START + 60 * MINUTE);
    expect([rollout.status, rollout.updatedAt]).toEqual(['CANCELED', START + MINUTE]);
    expect(countsOf(rollout)).toEqual({ SUCCEEDED: 1, CANCELED: 19 });
    expect(rollout.canceledBy).toBe('operator');
  });

  it('does nothing to a task that is over', () => {
    const rollout = rolloutAt(60);
    const before = stateOf(rollout);
    rollout.cancel(START + 90 * MINUTE);
    expect(stateOf(rollout)).toEqual(before);
    expect(rollout.canceledBy).toBeUndefined();
  });
});

describe('configure', () => {
  it('goes on at the new rate', () => {
    const rollout = new Rollout(plan({ things: 100, push: { RolloutConfig: { MaximumPerMinute: 1 } } }));
    rollout.configure({ RolloutConfig: { MaximumPerMinute: 60 } }, START + 30 * SECOND);
    rollout.advance(START + 40 * SECOND);
    expect(countsOf(rollout)).toEqual({ QUEUED: 88, IN_PROGRESS: 12 });
  });

  it('times out what starts afterwards, not what is running', () => {
    const rollout = new Rollout(plan({ things: 2, profile: { ...FAILING, failed: 0, hanging: 1 } }));
    rollout.configure({ TimeoutConfig: { InProgressTimeoutInMinutes: 1 } }, START + SECOND);
    rollout.advance(START + 60 * MINUTE);
    expect(countsOf(rollout)).toEqual({ IN_PROGRESS: 1, TIMED_OUT: 1 });
  });

  it('cancels the task when one of the new abort criteria holds already', () => {
    const rollout = rolloutAt(1.5, { profile: FAILING });
    const criterion = { FailureType: 'FAILED' as const, ThresholdPercentage: 10 };
    rollout.configure({ AbortConfig: { AbortConfigCriteriaList: [criterion] } }, START + 1.55 * MINUTE);
    expect([rollout.status, rollout.updatedAt]).toEqual(['CANCELED', START + 1.55 * MINUTE]);
  });
});
