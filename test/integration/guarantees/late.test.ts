import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusedForGood } from '../../guarantees/06-refused-for-good.ts';
import { largeInputs } from '../../guarantees/08-large-inputs.ts';
import { throttledTasks } from '../../guarantees/09-throttled-tasks.ts';
import { deadlines } from '../../guarantees/10-deadlines.ts';
import { restores } from '../../guarantees/11-restores.ts';
import { type Guarantee, prove } from '../../guarantees/guarantee.ts';
import { Rig } from '../../guarantees/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.close());

/** Its scripts are short ones: the full proof has the long ones. */
const SEED = 235;
/** Milliseconds, on a machine that is busy with other things. */
const TIMEOUT = 180_000;

/** @returns how many runs there were, once all of them held */
async function proveShare<Script>(guarantee: Guarantee<Script>): Promise<number> {
  const { share } = guarantee.scripts;
  const { runs, failure } = await prove(guarantee, rig, { seed: SEED, scripts: share });
  expect(failure).toBeUndefined();
  return runs / guarantee.runsPerScript;
}

describe('a share of the proof', { timeout: TIMEOUT }, () => {
  it('that what is refused for good is set aside', async () => {
    expect(await proveShare(refusedForGood)).toBe(refusedForGood.scripts.share);
  });

  it('that nothing is too large', async () => {
    expect(await proveShare(largeInputs)).toBe(largeInputs.scripts.share);
  });

  it('that tasks that are throttled hold up no others', async () => {
    expect(await proveShare(throttledTasks)).toBe(throttledTasks.scripts.share);
  });

  it('that a poll whose time is up ends', async () => {
    expect(await proveShare(deadlines)).toBe(deadlines.scripts.share);
  });

  it('that tables may be put back', async () => {
    expect(await proveShare(restores)).toBe(restores.scripts.share);
  });
});
