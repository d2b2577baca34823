import type { LoadingFigures } from '../loading.ts';
import type { Poller } from '../runner/sample.ts';
import { type Figure, find } from './figures.ts';

/** What was to be shown, and what was measured. */
export interface Goal {
  readonly name: string;
  readonly goal: string;
  readonly measured: string;
  /** Undefined where nothing was measured. */
  readonly isMet: boolean | undefined;
}

const SOME = 0.05;
const WRITES = /^(Put|Update|Delete|BatchWrite|BatchExecute|TransactWrite|SendMessage)/;

/** The goals of the project, held against the figures of one run. */
export function goalsOf(figures: readonly Figure[], loading: LoadingFigures): Goal[] {
  return [
    ...callGoals(figures),
    ...wallGoals(figures),
    ...floorGoals(figures),
    ...processGoals(figures),
    ...growthGoals(figures),
    ...loadingGoals(loading),
  ];
}

function callGoals(figures: readonly Figure[]): Goal[] {
  const of = (poller: Poller, share: number) => find(figures, { poller, tasks: 10_000, share })?.totalCalls;
  return [
    atMost('Calls, 10,000 tasks, quiet', of('ours', 0), 10_050),
    atMost('Calls, 10,000 tasks, 5 % changed', of('ours', SOME), 10_700),
    atMost('Calls, 10,000 tasks, quiet, trusting', of('trusting', 0), 30),
    atMost('Calls, 10,000 tasks, 5 % changed, trusting', of('trusting', SOME), 1_700),
  ];
}

function wallGoals(figures: readonly Figure[]): Goal[] {
  const ratio = (tasks: number, poller: Poller) =>
    times(
      find(figures, { poller: 'naive', tasks, share: SOME })?.wallMsPerTask,
      find(figures, { poller, tasks, share: SOME })?.wallMsPerTask,
    );
  return [
    atLeast('Wall, 1,000 tasks, 5 %', ratio(1_000, 'ours'), 45),
    atLeast('Wall, 1,000 tasks, 5 %, trusting', ratio(1_000, 'trusting'), 150),
    atLeast('Wall a task, 10,000 tasks, 5 %', ratio(10_000, 'ours'), 75),
    atLeast('Wall a task, 10,000 tasks, 5 %, trusting', ratio(10_000, 'trusting'), 300),
  ];
}

function floorGoals(figures: readonly Figure[]): Goal[] {
  return [1_000, 10_000].map((tasks) => {
    const ours = find(figures, { poller: 'ours', tasks, share: 0 })?.wallMs.median;
    const floor = find(figures, { poller: 'floor', tasks, share: 0, isCold: true })?.wallMs.median;
    const name = `Wall, ${tasks.toLocaleString('en')} tasks, quiet, against bare GETs`;
    return judged(
      name,
      '≤ 1.3 ×',
      times(ours, floor),
      (measured) => measured <= 1.3,
      (measured) => `${measured.toFixed(2)} ×`,
    );
  });
}

function processGoals(figures: readonly Figure[]): Goal[] {
  const cpu = (poller: Poller, tasks: number) =>
    find(figures, { poller, tasks, share: 0 })?.cpuMsPerTask.median;
  const quiet = figures.filter(
    ({ poller, share }) => (poller === 'ours' || poller === 'trusting') && share === 0,
  );
  const writes = quiet.map(({ calls }) =>
    sum(Object.entries(calls).flatMap(([operation, count]) => (WRITES.test(operation) ? [count] : []))),
  );
  const peak = (tasks: number) =>
    largest(figures.filter((figure) => figure.tasks === tasks && isOurs(figure)));
  return [
    ...[1_000, 10_000].map((tasks) =>
      atLeast(
        `CPU a task, ${tasks.toLocaleString('en')} tasks, quiet`,
        times(cpu('naive', tasks), cpu('ours', tasks)),
        5,
      ),
    ),
    atMost('Writes and puts when quiet', quiet.length === 0 ? undefined : Math.max(...writes), 0),
    atMost('Peak memory, 10,000 tasks, MB', peak(10_000), 256),
    atMost('Peak memory of a function, 100,000 tasks, MB', peak(100_000), 256),
  ];
}

/** How much more a task takes in the largest account that was measured than in one of 1,000. */
function growthGoals(figures: readonly Figure[]): Goal[] {
  const most = Math.max(1_000, ...figures.filter(isOurs).map(({ tasks }) => tasks));
  const perTask = (tasks: number, of: (figure: Figure) => number) => {
    const figure = find(figures, { poller: 'ours', tasks, share: 0 });
    return figure && of(figure);
  };
  const grown = (name: string, of: (figure: Figure) => number) =>
    judged(
      `${name} a task, ${most.toLocaleString('en')} tasks against 1,000`,
      '≤ 1.10 ×',
      most === 1_000 ? undefined : times(perTask(most, of), perTask(1_000, of)),
      (measured) => measured <= 1.1,
      (measured) => `${measured.toFixed(2)} ×`,
    );
  return [
    grown('Calls', ({ totalCalls, asked }) => totalCalls / asked),
    grown('Wall', ({ wallMsPerTask }) => wallMsPerTask),
    grown('CPU', ({ cpuMsPerTask }) => cpuMsPerTask.median),
  ];
}

function loadingGoals(loading: LoadingFigures): Goal[] {
  return [
    atMost('Loading the poll function, beside the bare runtime, ms', loading.loading.wall, 60),
    atMost('Bundle of the poll function, KB', loading.bundleBytes / 1_024, 300),
  ];
}

function isOurs({ poller }: Figure): boolean {
  return poller === 'ours' || poller === 'trusting';
}

function largest(figures: readonly Figure[]): number | undefined {
  return figures.length === 0 ? undefined : Math.max(...figures.map(({ peakMb }) => peakMb));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function times(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

function atMost(name: string, measured: number | undefined, limit: number): Goal {
  const show = (value: number) => Math.round(value).toLocaleString('en');
  return judged(name, `≤ ${show(limit)}`, measured, (value) => value <= limit, show);
}

/** A ratio of the naive poller's to ours. */
function atLeast(name: string, measured: number | undefined, ratio: number): Goal {
  const show = (value: number) => `1/${value.toFixed(value < 10 ? 1 : 0)}`;
  return judged(name, `≤ ${show(ratio)}`.replace('.0', ''), measured, (value) => value >= ratio, show);
}

function judged(
  name: string,
  goal: string,
  measured: number | undefined,
  isMet: (measured: number) => boolean,
  show: (measured: number) => string,
): Goal {
  if (measured === undefined) return { name, goal, measured: 'not measured', isMet: undefined };
  return { name, goal, measured: show(measured), isMet: isMet(measured) };
}
