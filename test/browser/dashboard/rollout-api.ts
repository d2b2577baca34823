import type { ChainReport, HistoryRow, Series, TaskDetail } from '../../../lib/api/generated/api.ts';
import { type FakeApi, problem } from './fake-api.ts';
import type { Ledger } from './rollout-story.ts';
import { health } from './scene.ts';

/** Answers for one task as the API does: pages of its history, its series, and the detail given. */
export function tellRollout(api: FakeApi, rows: () => readonly HistoryRow[], detail: () => TaskDetail): void {
  api.answer('getHealth', health());
  api.answer('getTask', () => ({ body: detail() }));
  api.answer('getTaskHistory', ({ query }) => ({ body: pageOf(rows(), query) }));
  api.answer('getTaskSeries', ({ taskId, query }) => ({
    body: seriesOf(taskId, rows(), Number(query.get('points'))),
  }));
}

/** Newest first; the cursor is the sequence before which the page begins. */
function pageOf(rows: readonly HistoryRow[], query: URLSearchParams) {
  const types = query.get('type')?.split(',');
  const before = Number(query.get('cursor') ?? Number.POSITIVE_INFINITY);
  const limit = Number(query.get('limit'));
  const found = rows
    .filter(({ detailType, sequence }) => sequence < before && (types?.includes(detailType) ?? true))
    .reverse();
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return found.length > limit && last
    ? { items, next: String(last.sequence), searchedThrough: last.observedAt }
    : { items };
}

function seriesOf(taskId: string, rows: readonly HistoryRow[], points: number): Series {
  const every = Math.max(1, Math.ceil(rows.length / points));
  const chosen = rows.filter((_, i) => i % every === 0 || i === rows.length - 1);
  return {
    taskId,
    rows: rows.length,
    points: chosen.map(({ sequence, observedAt, status, counts }) => ({
      sequence,
      observedAt,
      status,
      counts,
    })),
  };
}

/** Two answers of a check: the first half, and the verdict. */
export function tellChain(api: FakeApi, { rows }: Ledger, verdict: Partial<ChainReport>): void {
  const last = rows.at(-1);
  const half = Math.floor(rows.length / 2);
  api.answer('auditTask', ({ taskId, query }) => {
    const common = { taskId, firstSequence: 1, beginsAtFirst: true, problems: [] };
    if (query.get('cursor') === null)
      return {
        body: {
          ...common,
          verdict: 'checking',
          rows: half,
          lastSequence: half,
          end: 'not-yet',
          next: 'half',
        },
      };
    if (query.get('cursor') !== 'half') return problem(400, 'bad-request', 'A parameter is wrong');
    return {
      body: {
        ...common,
        verdict: 'intact',
        rows: rows.length,
        end: 'known',
        ...(last && { lastSequence: last.sequence, lastHash: last.hash }),
        ...verdict,
      },
    };
  });
}
