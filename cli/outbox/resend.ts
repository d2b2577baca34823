import { parseArgs } from 'node:util';
import { createClients } from '../../lib/aws/clients.ts';
import { eventBus } from '../../lib/aws/event-bus.ts';
import { outboxHistory } from '../../lib/aws/outbox-history.ts';
import { taskTable } from '../../lib/aws/task-table.ts';
import { describeError } from '../../lib/errors.ts';
import type { OutboxHistory } from '../../lib/outbox/ports.ts';
import { type Resent, resend as resendEvents } from '../../lib/outbox/resend.ts';
import { UsageError, usage } from '../connect.ts';
import { printable } from '../lines.ts';
import { expectEventId, parseSince } from './options.ts';
import { busOf, STACK_OPTIONS, stackOf } from './stack.ts';

const CONCURRENCY = 10;

/**
 * Offers events to the bus again that no poll will offer.
 *
 * @throws UsageError, OutboxError, and what the database answers
 */
export async function resend(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const since = parseSince(options.since, Date.now());
  const stack = await stackOf(options);
  const bus = await busOf(options, stack);
  const { dynamodb, eventBridge } = createClients(CONCURRENCY);
  const history = outboxHistory(dynamodb, stack.historyTable);
  const eventIds = options['all-set-aside'] ? await setAsideSince(since, history) : options.eventIds;
  if (eventIds.length === 0) console.log(`Nothing was set aside (${stack.name})`);
  const tasks = taskTable(dynamodb, stack.tasksTable);
  const resent = await resendEvents(eventIds, { tasks, history, bus: eventBus(eventBridge, bus) });
  for (const one of resent) console.log(printable(`Event ${one.eventId} ${sentenceOf(one)}`));
  if (resent.some(({ outcome }) => outcome.kind !== 'accepted')) process.exitCode = 1;
}

/** @throws UsageError for a command line that makes no sense */
function parseOptions(args: readonly string[]) {
  const { values, positionals: eventIds } = usage(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...STACK_OPTIONS,
        'all-set-aside': { type: 'boolean', default: false },
        since: { type: 'string' },
        bus: { type: 'string' },
      },
    }),
  );
  if (values['all-set-aside'] === eventIds.length > 0)
    throw new UsageError('resend needs either event ids or --all-set-aside');
  if (values.since !== undefined && !values['all-set-aside'])
    throw new UsageError('--since goes with --all-set-aside only');
  for (const eventId of eventIds) expectEventId(eventId);
  return { ...values, eventIds };
}

async function setAsideSince(since: number, history: OutboxHistory): Promise<string[]> {
  return (await history.notes(since)).map(({ eventId }) => eventId);
}

function sentenceOf({ outcome }: Resent): string {
  switch (outcome.kind) {
    case 'accepted':
      return 'was taken by the bus';
    case 'refused':
      return `was refused by the bus for now: ${outcome.code}`;
    case 'refused-for-good':
      return `was refused by the bus: ${outcome.code}. ${outcome.message}`;
    case 'denied':
      return `was refused by the bus: ${outcome.code}`;
    case 'unavailable':
      return `may have been taken by the bus, which did not say so: ${describeError(outcome.error)}`;
    case 'behind':
      return `was not offered: ${outcome.earlier} goes before it`;
    case 'unfit':
      return `was not offered: ${outcome.reason}`;
    default:
      return outcome satisfies never;
  }
}
