import { expect, it } from 'vitest';
import { killedProcesses } from '../../guarantees/07-killed-processes.ts';
import { prove } from '../../guarantees/guarantee.ts';
import { Rig } from '../../guarantees/rig.ts';

it('a process that is killed at random moments loses nothing', async () => {
  const rig = await Rig.start();
  try {
    const { scripts } = killedProcesses;
    const report = await prove(killedProcesses, rig, { seed: 20_261_122, scripts: scripts.share });
    expect(report).toEqual({ runs: 5, tally: expect.objectContaining({ duplicates: expect.any(Number) }) });
    const { tally } = report;
    const kills = Object.entries(tally).filter(([name]) => name.startsWith('killed after'));
    expect(kills.reduce((sum, [, count]) => sum + count, 0)).toBe(5);
  } finally {
    await rig.close();
  }
});
