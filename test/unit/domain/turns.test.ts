import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { URGENCIES } from '../../../lib/domain/cadence.ts';
import {
  ALL_TURNS,
  inTurns,
  pollsALap,
  type Resume,
  resumeAt,
  turnsOf,
  type Waiting,
} from '../../../lib/domain/turns.ts';

/** Tasks by the first letter of their urgency: `h1 w1 q1`. */
const tasks = (text: string): Waiting[] =>
  text.split(' ').map((taskId) => ({
    taskId,
    urgency: URGENCIES.find((urgency) => urgency[0] === taskId[0]) ?? 'hot',
  }));
const order = (items: readonly Waiting[]) => items.map(({ taskId }) => taskId).join(' ');
const postponed = (text: string, begun = '') => ({
  all: new Set(text.split(' ')),
  begun: new Set(begun.split(' ')),
});

describe('the order of looks', () => {
  const all = tasks('q2 q1 w3 w2 w1 h6 h5 h4 h3 h2 h1');
  const cases: [string, Resume | undefined, string][] = [
    ['gives hot tasks four of seven', undefined, 'h1 w1 h2 q1 h3 w2 h4 h5 w3 h6 q2'],
    ['goes on with the urgency whose turn it was', { turn: 3 }, 'q1 h1 w1 h2 h3 w2 h4 q2 h5 w3 h6'],
    [
      'goes on behind the last',
      { turn: 0, hot: 'h5', warm: 'w3', quiet: 'q1' },
      'h6 w1 h1 q2 h2 w2 h3 h4 w3 h5 q1',
    ],
    ['goes on behind one that is gone', { turn: 0, hot: 'h45' }, 'h5 w1 h6 q1 h1 w2 h2 h3 w3 h4 q2'],
  ];
  it.each(cases)('%s', (_, resume, expected) => {
    expect(order(inTurns(all, resume))).toBe(expected);
  });

  it('has each task once', () => {
    const waiting = fc.record({ taskId: fc.string(), urgency: fc.constantFrom(...URGENCIES) });
    fc.assert(
      fc.property(
        fc.uniqueArray(waiting, { selector: ({ taskId }) => taskId }),
        fc.record({ turn: fc.nat(ALL_TURNS - 1), hot: fc.string(), quiet: fc.string() }),
        (items, resume) => {
          const byId = (a: Waiting, b: Waiting) => (a.taskId < b.taskId ? -1 : 1);
          expect(inTurns(items, resume).sort(byId)).toEqual([...items].sort(byId));
        },
      ),
    );
  });
});

describe('where to go on', () => {
  const cases: [string, string, ReturnType<typeof postponed>, Resume | undefined, Resume][] = [
    [
      'behind those that were looked at',
      'h1 w1 h2 q1',
      postponed('h2 q1'),
      undefined,
      { turn: 2, hot: 'h1', warm: 'w1' },
    ],
    [
      'where it began, for those that had no turn',
      'h1 q3',
      postponed('q3'),
      { turn: 0, quiet: 'q2' },
      { turn: 3, hot: 'h1', quiet: 'q2' },
    ],
    [
      'with the one that was broken off',
      'h1 h2 h3',
      postponed('h2 h3', 'h2'),
      undefined,
      { turn: 2, hot: 'h1' },
    ],
    [
      'but not again and again',
      'h2 h3',
      postponed('h2 h3', 'h2'),
      { turn: 2, hot: 'h1' },
      { turn: 3, hot: 'h2' },
    ],
    ['with the next turn, where nothing was done', 'h2 w1', postponed('h2 w1'), { turn: 6 }, { turn: 0 }],
    [
      'from the start, where all was done',
      'h1 w1',
      postponed('x'),
      undefined,
      { turn: 2, hot: 'h1', warm: 'w1' },
    ],
  ];
  it.each(cases)('%s', (_, ordered, rest, before, expected) => {
    expect(resumeAt(tasks(ordered), rest, before)).toEqual(expected);
  });
});

describe('any number of looks a poll, one at least,', () => {
  const some = fc.integer({ min: 0, max: 25 });
  const fleet = fc
    .record({ hot: some, warm: some, quiet: some })
    .map((sizes) =>
      URGENCIES.flatMap((urgency) =>
        Array.from(
          { length: sizes[urgency] },
          (_, index): Waiting => ({ taskId: `${urgency}${index}`, urgency }),
        ),
      ),
    );

  /** Polls after which each task was reached, and looks by urgency in the first ones, where all had to wait. */
  function polls(items: readonly Waiting[], capacity: number) {
    const reached = new Map<string, number>();
    let resume: Resume | undefined;
    for (let poll = 1; reached.size < items.length && poll < 10_000; poll += 1) {
      const ordered = inTurns(items, resume);
      for (const { taskId } of ordered.slice(0, capacity)) reached.set(taskId, reached.get(taskId) ?? poll);
      const rest = new Set(ordered.slice(capacity).map(({ taskId }) => taskId));
      resume = resumeAt(ordered, { all: rest, begun: new Set() }, resume);
    }
    return reached;
  }

  it('reaches each task, after as many as is said', () => {
    fc.assert(
      fc.property(fleet, fc.integer({ min: 1, max: 40 }), (items, capacity) => {
        const reached = polls(items, capacity);
        for (const { taskId, urgency } of items) {
          const others = items.filter((item) => item.urgency === urgency).length;
          const looks = ALL_TURNS * Math.ceil(others / turnsOf(urgency));
          expect(reached.get(taskId)).toBeLessThanOrEqual(Math.ceil(looks / capacity));
        }
      }),
    );
  });

  it('reaches hot tasks before quiet ones', () => {
    const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 40 }), (size, capacity) => {
        const of = (urgency: 'hot' | 'quiet') =>
          Array.from({ length: size }, (_, index): Waiting => ({ taskId: `${urgency}${index}`, urgency }));
        const items = [...of('hot'), ...of('quiet')];
        const reached = polls(items, capacity);
        const when = (urgency: string) =>
          items.flatMap((item) => (item.urgency === urgency ? (reached.get(item.taskId) ?? []) : []));
        expect(mean(when('hot'))).toBeLessThanOrEqual(mean(when('quiet')));
      }),
    );
  });
});

describe('polls that a lap takes', () => {
  it.each([
    ['one urgency, half of it done', 'h1 h2 h3 h4', 'h3 h4', 2],
    ['rounded up', 'h1 h2 h3', 'h3', 2],
    ['as the slowest', 'h1 h2 q1 q2 q3', 'q2 q3', 3],
    ['by its turns, where an urgency had none', 'h1 h2 q1', 'q1', 4],
    ['unknown, where nothing was done', 'h1', 'h1', undefined],
  ])('%s', (_, ordered, rest, expected) => {
    expect(pollsALap(tasks(ordered), postponed(rest).all)).toBe(expected);
  });
});
