import { expect, it } from 'vitest';
import { play } from '../../../local/demo/play.ts';
import { StackError } from '../../../local/stack/stack-error.ts';

/** Plays with polls that fail where told, and notes what happens. */
function stage(fails: (poll: number) => boolean, maxFailures = 2) {
  const happened: string[] = [];
  const told: number[] = [];
  let [minutes, polls] = [0, 0];
  const stopping = new AbortController();
  const options = {
    nextMinute: () => {
      minutes += 1;
      happened.push(`minute ${minutes}`);
    },
    everyMs: 0,
    maxFailures,
    signal: stopping.signal,
    invokePoll: async () => {
      polls += 1;
      if (fails(polls)) throw new Error(`poll ${polls}`);
      happened.push(`poll ${polls}`);
      return polls;
    },
    onPollFailure: (error: unknown) => happened.push(`${error}`),
    afterPoll: async (parts: number) => {
      told.push(parts);
      return minutes === 3;
    },
  };
  return { happened, told, stopping, options };
}

it('lets a minute pass before each poll', async () => {
  const { happened, options } = stage(() => false);
  await play(options);
  expect(happened).toEqual(['minute 1', 'poll 1', 'minute 2', 'poll 2', 'minute 3', 'poll 3']);
});

it('repeats a poll that failed before the next minute passes', async () => {
  const { happened, told, options } = stage((poll) => poll === 2 || poll === 3);
  await play(options);
  expect(told).toEqual([1, 4, 5]);
  expect(happened).toEqual([
    'minute 1',
    'poll 1',
    'minute 2',
    'Error: poll 2',
    'Error: poll 3',
    'poll 4',
    'minute 3',
    'poll 5',
  ]);
});

it('gives up when the poll keeps failing', async () => {
  const { happened, options } = stage(() => true);
  await expect(play(options)).rejects.toThrow(new StackError('3 polls in a row have failed'));
  expect(happened).toEqual(['minute 1', 'Error: poll 1', 'Error: poll 2', 'Error: poll 3']);
});

it('ends with its signal: while it waits, and in a poll', async () => {
  const waiting = stage(() => false);
  const afterPoll = async () => {
    waiting.stopping.abort();
    return false;
  };
  await expect(play({ ...waiting.options, everyMs: 60_000, afterPoll })).rejects.toThrow('aborted');

  const polling = stage(() => false);
  const invokePoll = async () => {
    polling.stopping.abort(new Error('stopped'));
    throw new Error('fetch failed');
  };
  await expect(play({ ...polling.options, invokePoll })).rejects.toThrow('stopped');
  expect(polling.happened).toEqual(['minute 1']);
});
