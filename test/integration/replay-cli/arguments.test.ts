import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../cli/connect.ts';
import { replay } from '../../../cli/replay/replay.ts';

/** The command prints a UsageError and its usage, and ends with status 2: command.test.ts has two of them. */
describe('npm run replay does nothing and says what is wrong', () => {
  it.each([
    [['--since', 'then'], '--since takes a day, a time or a duration'],
    [['--since', '2026-11-22', '--until', '2026-11-21'], '--since is after --until'],
    [['--since', '1h', '--type', 'Nothing'], 'There is no type Nothing: it is one of Tracking Started, '],
    [['--since', '1h', '--type', 'Event Set Aside'], 'There is no type Event Set Aside'],
    [['--since', '1h', '--rate', '0'], '--rate takes events a second, from 1 to 10000'],
    [['--since', '1h', '--in-doubt', 'maybe'], '--in-doubt takes resend or forget'],
    [['--since', '1h', 't1'], 'replay takes options only, not t1'],
  ])('with %j', async (args, message) => {
    const failure: unknown = await replay(args).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect(String(failure)).toContain(message);
  });
});
