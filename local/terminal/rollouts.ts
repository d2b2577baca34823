import { type Counts, finishedThings } from '../../lib/domain/counts.ts';
import { percentComplete } from '../../lib/domain/progress.ts';
import { type Line, NAME_WIDTH, type Piece, type Style, styled, toWidth } from './line.ts';
import { resultsOf } from './results.ts';

/** What a look at a task, and the detail of an event, both tell. */
export interface Sighting {
  readonly taskId: string;
  readonly description?: string | undefined;
  readonly status: string;
  readonly counts: Counts;
}

/** The rollouts as they were last seen, in the order in which they were first seen. */
export class Rollouts {
  readonly #sightings = new Map<string, Sighting>();

  see(sighting: Sighting): void {
    this.#sightings.set(sighting.taskId, sighting);
  }

  get all(): readonly Sighting[] {
    return [...this.#sightings.values()];
  }

  get(taskId: string): Sighting | undefined {
    return this.#sightings.get(taskId);
  }
}

const BAR_WIDTH = 24;
const STATUS_WIDTH = 20;

const STATUS_STYLES: Readonly<Record<string, Style>> = {
  SCHEDULED: 'cyan',
  IN_PROGRESS: 'bold',
  COMPLETED: 'green',
  CANCELED: 'red',
  DELETION_IN_PROGRESS: 'magenta',
  DELETED: 'magenta',
};

/** Rollouts with progress bars, one line each. */
export function rolloutLines(rollouts: readonly Sighting[]): Line[] {
  return rollouts.map(({ taskId, description, status, counts }) => [
    toWidth(description ?? taskId, NAME_WIDTH),
    '  ',
    ...progressBar(counts),
    percentOf(counts).padStart(6),
    '  ',
    styled(STATUS_STYLES[status] ?? 'bold', toWidth(status, STATUS_WIDTH)),
    '  ',
    `${finishedThings(counts)} of ${counts.total}`,
    styled('dim', ` · ${resultsOf(counts)}`),
  ]);
}

/** All rollouts in one line, for output without bars. */
export function rolloutsInShort(rollouts: readonly Sighting[]): string {
  return rollouts
    .map(({ taskId, description, status, counts }) => {
      const where = status === 'IN_PROGRESS' ? percentOf(counts) : status;
      return `${description ?? taskId} ${where}`;
    })
    .join(', ');
}

function percentOf(counts: Counts): string {
  return `${Math.floor(percentComplete(counts) ?? 0)} %`;
}

/** What succeeded, what ended otherwise, what is in progress, and what is to come, as shares of a bar. */
function progressBar(counts: Counts): Piece[] {
  const finished = finishedThings(counts);
  const columnsUntil = (things: number) =>
    counts.total === 0 ? 0 : Math.floor((things * BAR_WIDTH) / counts.total);
  const [succeeded, ended, begun] = [
    columnsUntil(counts.succeeded),
    columnsUntil(finished),
    columnsUntil(finished + counts.inProgress),
  ];
  return [
    styled('green', '█'.repeat(succeeded)),
    styled('red', '█'.repeat(ended - succeeded)),
    '▒'.repeat(begun - ended),
    styled('dim', '░'.repeat(BAR_WIDTH - begun)),
  ];
}
