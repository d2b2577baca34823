import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Task, TaskList } from '../../../../lib/api/generated/api.ts';
import { type Listening, listen } from '../../../../local/bus/listen.ts';
import { ApiError, setApiAddress } from '../../../../web/src/api.ts';
import { taskPages } from '../../../../web/src/overview/task-pages.ts';
import { counts } from '../../../support/builders.ts';

/** Answers by cursor; a number is an error of that status. Each has the ETag of its text. */
let answers: Record<string, TaskList | number>;
/** Requests: cursor, and the ETag with which it was asked for. */
let requests: string[];
let server: Listening;
beforeEach(async () => {
  requests = [];
  server = await listen(
    createServer(({ url, headers }, response) => {
      const cursor = new URL(`http://host${url}`).searchParams.get('cursor') ?? '';
      const had = headers['if-none-match'];
      requests.push(`${cursor || 'first'}${had === undefined ? '' : ' again'}`);
      const answer = answers[cursor] ?? 404;
      const text = JSON.stringify(answer);
      const etag = `"${text.length}"`;
      const status = had === etag ? 304 : 200;
      response.writeHead(typeof answer === 'number' ? answer : status, { etag });
      response.end(status === 200 ? text : undefined);
    }),
    0,
  );
  setApiAddress(server.url);
});
afterEach(() => server.close());

function aPage(succeeded: number, next?: string): TaskList {
  const task: Task = {
    taskId: `task-${next ?? 'last'}`,
    state: 'live',
    status: 'IN_PROGRESS',
    counts: counts({ succeeded }),
    breaches: [],
    undelivered: 0,
  };
  return { items: [task], total: 2, unreadable: 0, ...(next !== undefined && { next }) };
}

/** Reads two pages, and gives the things that have succeeded in each task. */
function twoPages(): () => Promise<number[] | 'unchanged'> {
  const load = taskPages({}, () => 2);
  return async () => {
    const pages = await load(new AbortController().signal);
    return pages === 'unchanged' ? pages : pages.items.map((task) => task.counts.succeeded);
  };
}

describe('pages of tasks', () => {
  it('are one list, asked for with the ETag of each', async () => {
    answers = { '': aPage(1, 'b'), b: aPage(10) };
    const read = twoPages();
    expect(await read()).toEqual([1, 10]);
    expect(await read()).toBe('unchanged');
    answers.b = aPage(1_000);
    expect(await read()).toEqual([1, 1_000]);
    expect(requests).toEqual(['first', 'b', 'first again', 'b again', 'first again', 'b again']);
  });

  it('lose nothing of what was read before one failed', async () => {
    answers = { '': aPage(1, 'b'), b: aPage(10) };
    const read = twoPages();
    await read();
    answers = { '': aPage(200, 'b'), b: 503 };
    await expect(read()).rejects.toThrow(ApiError);
    answers.b = aPage(10);
    expect(await read()).toEqual([200, 10]);
  });

  it('are forgotten once no cursor leads to them', async () => {
    answers = { '': aPage(1, 'b'), b: aPage(10), c: aPage(10) };
    const read = twoPages();
    await read();
    answers[''] = aPage(1_000, 'c');
    await read();
    answers[''] = aPage(1, 'b');
    requests = [];
    await read();
    expect(requests).toEqual(['first again', 'b']);
  });
});
