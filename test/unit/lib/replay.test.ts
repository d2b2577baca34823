import { describe, expect, it } from 'vitest';
import type { RuleSubject } from '../../../lib/domain/rules/match.ts';
import { resolveRules } from '../../../lib/domain/rules/resolve.ts';
import { parseRow } from '../../../lib/recorded-row.ts';
import { observationsOf } from '../../../lib/recording.ts';
import { replayTask } from '../../../lib/replay.ts';
import { summarizeReplay } from '../../../lib/replay-summary.ts';
import { withDefaults } from '../../../lib/rule-file/defaults.ts';
import { parseRuleFile } from '../../../lib/rule-file/parse.ts';
import { MINUTE, NOON } from '../../support/builders.ts';

const RULES = withDefaults(
  parseRuleFile(
    `version: 1
rules:
  - { id: rejected, kind: count, states: [rejected], things: 3 }
  - { id: third, kind: milestone, percents: [30] }
  - { id: stalled, after: 10m }`,
    'rules.yml',
  ),
);

interface Told {
  readonly minute: number;
  readonly counts?: Record<string, number>;
  readonly [member: string]: unknown;
}

const bad = { queued: 7, rejected: 3 };

/** What is told of one task, as `minute rule what`. */
function replay(rows: readonly Told[], until: number, periodSeconds = 60): string[] {
  return eventsOf(rows, until, periodSeconds).map(({ at, event }) => {
    const { rule, reason = 'breached' } = { reason: undefined, ...event.body };
    return `${(at - NOON) / MINUTE} ${rule.id} ${reason}${event.published ? '' : ' muted'}`;
  });
}

function eventsOf(rows: readonly Told[], until: number, periodSeconds = 60) {
  const parsed = rows.map(({ minute, counts = { queued: 10 }, ...members }) => {
    const observedAt = new Date(NOON + minute * MINUTE).toISOString();
    return parseRow({ taskId: 'a', observedAt, status: 'IN_PROGRESS', counts, ...members }, 'row');
  });
  const observations = observationsOf(parsed).get('a') ?? [];
  const rulesFor = (subject: RuleSubject) => resolveRules(RULES, subject).rules;
  return [
    ...replayTask(observations, { rulesFor, periodMs: periodSeconds * 1_000, until: NOON + until * MINUTE }),
  ];
}

describe('a replay', () => {
  it.each<[string, readonly Told[], number, readonly string[]]>([
    ['tells at first sight', [{ minute: 3, counts: bad }], 3, ['3 rejected breached']],
    [
      'looks on after the last row',
      [{ minute: 0 }, { minute: 5, counts: { queued: 9, succeeded: 1 } }],
      30,
      ['15 stalled breached'],
    ],
    ['ends when it is to', [{ minute: 0 }], 9, []],
    [
      'tells milestones once',
      [{ minute: 0 }, { minute: 1, counts: { queued: 7, succeeded: 3 } }],
      3,
      ['1 third:30 breached'],
    ],
    [
      'tells nothing more of what has ended',
      [
        { minute: 0, counts: bad },
        { minute: 1, counts: bad, status: 'COMPLETED' },
        { minute: 5, counts: bad, status: 'COMPLETED' },
        { minute: 6, counts: bad, status: 'DELETION_IN_PROGRESS' },
        { minute: 7, counts: bad, status: 'DELETED' },
      ],
      60,
      ['0 rejected breached', '1 rejected task-ended'],
    ],
    [
      'begins anew with a task that is in progress again',
      [
        { minute: 0, counts: bad },
        { minute: 1, counts: bad, status: 'COMPLETED' },
        { minute: 5, counts: bad },
      ],
      6,
      ['0 rejected breached', '1 rejected task-ended', '5 rejected breached'],
    ],
    [
      'tells of a task that is deleted that it has ended',
      [
        { minute: 0, counts: bad, tags: { 'ota-watch:failed-things': '2' } },
        { minute: 1, counts: bad, status: 'DELETED' },
      ],
      60,
      [
        '0 rejected breached',
        '0 failed-things breached',
        '1 rejected task-ended',
        '1 failed-things task-ended',
      ],
    ],
    [
      'closes what is open when somebody ends tracking, and begins anew with it',
      [
        { minute: 0, counts: bad, detailType: 'OTA Task Tracking Started' },
        { minute: 1, counts: bad, detailType: 'OTA Task Tracking Stopped', reason: 'requested' },
        { minute: 90, counts: bad, detailType: 'OTA Task Tracking Started' },
      ],
      95,
      ['0 rejected breached', '1 rejected rule-removed', '90 rejected breached'],
    ],
    [
      'knows nothing of a task that was never seen',
      [
        { minute: 0, unreadable: 'AccessDeniedException' },
        { minute: 1, status: 'DELETED' },
        { minute: 2, detailType: 'OTA Task Tracking Stopped', reason: 'requested' },
      ],
      60,
      [],
    ],
    [
      'takes a task for unreadable until it is read',
      [
        { minute: 0 },
        { minute: 2, unreadable: 'AccessDeniedException' },
        { minute: 20, counts: { queued: 9, succeeded: 1 } },
      ],
      21,
      ['17 unreachable breached', '20 unreachable recovered'],
    ],
    [
      'takes the tags of the moment',
      [
        { minute: 0, tags: { 'ota-watch:mute': 'until 2026-11-22T12:05Z' } },
        { minute: 1, counts: bad },
        { minute: 8, counts: bad, tags: {} },
      ],
      9,
      ['1 rejected breached muted', '1 third:30 breached muted', '5 rejected breached'],
    ],
    [
      'waits with a task that is scheduled for its time',
      [{ minute: 0, status: 'SCHEDULED', startTime: '2026-11-22T12:30Z' }],
      60,
      ['45 stuck-scheduled breached'],
    ],
  ])('%s', (_, rows, until, expected) => {
    expect(replay(rows, until)).toEqual(expected);
  });

  it('puts polls as far apart as they are', () => {
    const rows = [{ minute: 0 }, { minute: 28, counts: { queued: 9, succeeded: 1 } }];
    expect(replay(rows, 28, 420)).toEqual(['14 stalled breached', '28 stalled recovered']);
  });

  it('makes no poll right before one that saw something', () => {
    const rows = [{ minute: 0 }, { minute: 10 + 1 / 60, counts: { queued: 9, succeeded: 1 } }];
    expect(replay(rows, 11)).toEqual([]);
  });

  it('goes on for as long as a task stands still', () => {
    const month = 30 * 24 * 60;
    const rows = [
      { minute: 0, startTime: '2026-11-22T12:00Z', endTime: '2027-11-22T12:00Z' },
      { minute: month, status: 'COMPLETED' },
    ];
    expect(replay(rows, month)).toEqual(['10 stalled breached', `${month} stalled task-ended`]);
  });
});

it('sums up what came of each rule', () => {
  const rows = [
    { minute: 0 },
    { minute: 1, counts: bad },
    { minute: 3, counts: { queued: 10 } },
    { minute: 4, counts: bad },
  ];
  const events = eventsOf(rows, 30);
  const ids = ['overdue', 'third:30'];
  expect(summarizeReplay(ids, events, NOON + 30 * MINUTE)).toEqual([
    { id: 'overdue', breaches: 0, recoveries: 0, open: 0 },
    { id: 'third:30', breaches: 1, recoveries: 0, open: 0 },
    { id: 'rejected', breaches: 2, recoveries: 1, open: 1, longestMs: 26 * MINUTE },
    { id: 'stalled', breaches: 1, recoveries: 0, open: 1, longestMs: 16 * MINUTE },
  ]);
});
