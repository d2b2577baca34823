import { crashEverywhere } from './01-crash-everywhere.ts';
import { histories } from './02-histories.ts';
import { lostAnswers } from './03-lost-answers.ts';
import { overlaps } from './04-overlaps.ts';
import { partialFailures } from './05-partial-failures.ts';
import { refusedForGood } from './06-refused-for-good.ts';
import { killedProcesses } from './07-killed-processes.ts';
import { largeInputs } from './08-large-inputs.ts';
import { throttledTasks } from './09-throttled-tasks.ts';
import { deadlines } from './10-deadlines.ts';
import { restores } from './11-restores.ts';
import type { Guarantee } from './guarantee.ts';

/** In the order of docs/guarantees.md. */
export const GUARANTEES: readonly Guarantee[] = [
  crashEverywhere,
  histories,
  lostAnswers,
  overlaps,
  partialFailures,
  refusedForGood,
  killedProcesses,
  largeInputs,
  throttledTasks,
  deadlines,
  restores,
];
