/** A guard that is taken away: `find` stands in `file` exactly once. */
export interface MutantByHand {
  readonly name: string;
  /** What this breaks. */
  readonly breaks: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const MUTANTS_BY_HAND: readonly MutantByHand[] = [
  {
    name: 'version-condition',
    breaks: 'Items are written whatever is stored by now',
    file: 'lib/aws/task-writes.ts',
    find: 'Item: item, ...isStillThere(task.version) }',
    replace: 'Item: item }',
  },
  {
    name: 'batches-are-done',
    breaks: 'A statement that failed is taken for one that succeeded',
    file: 'lib/aws/statements.ts',
    find: "return response === undefined ? 'NoAnswer' : response.Error && (response.Error.Code ?? 'Unknown');",
    replace: "return response === undefined ? 'NoAnswer' : undefined;",
  },
  {
    name: 'any-write-is-ours',
    breaks: 'The write of another poller is taken for our own',
    file: 'lib/aws/task-writes.ts',
    find: 'return Item?.writeId === writeId && Item.version === version + 1;',
    replace: 'return Item?.version === version + 1;',
  },
  {
    name: 'no-drain',
    breaks: 'What earlier polls left behind goes out only with the next change of the task',
    file: 'lib/poll.ts',
    find: 'const drained = await deliver(stored.tasks.filter(isUndelivered), deps, time.mayLook);',
    replace: 'const drained = await deliver(stored.tasks.filter(isUndelivered), deps, () => false);',
  },
  {
    name: 'read-order',
    breaks: 'The snapshot is read after the task, so that an old observation follows a newer one',
    file: 'lib/observe.ts',
    find: `const { task } = look;
  const observed = await readTask(task.taskId, deps, signal);`,
    replace: `const observed = await readTask(look.task.taskId, deps, signal);
  const stored = await deps.tasks.read(look.task.taskId);
  const task = stored?.state === 'live' ? stored : look.task;`,
  },
  {
    name: 'no-rounds',
    breaks: 'All events of a task are offered at once',
    file: 'lib/deliver.ts',
    find: `const row = parcel.stopped ? undefined : nextToPublish(parcel.task, parcel.accepted);
      return row === undefined ? [] : [{ parcel, row }];`,
    replace: `const { task, accepted, stopped } = parcel;
      const isDue = ({ published, sequence }: HistoryRow) =>
        published && !accepted.has(sequence) && sequence <= task.recordedThrough;
      return stopped ? [] : task.outbox.filter(isDue).map((row) => ({ parcel, row }));`,
  },
  {
    name: 'partial-failure',
    breaks: 'An entry that failed is taken for accepted',
    file: 'lib/aws/event-bus.ts',
    find: "return DENIED.has(code) ? { kind: 'denied', code } : { kind: 'refused', code };",
    replace: "return { kind: 'accepted' };",
  },
  {
    name: 'no-answer-is-accepted',
    breaks: 'A request whose answer is lost is taken for accepted',
    file: 'lib/aws/event-bus.ts',
    find: "if (!(error instanceof EventBridgeServiceException)) return { kind: 'unavailable', error };",
    replace: "if (!(error instanceof EventBridgeServiceException)) return { kind: 'accepted' };",
  },
  {
    name: 'clear-whatever-is-stored',
    breaks: 'An outbox is cleared over what another poller added to it',
    file: 'lib/deliver.ts',
    find: 'const outcomes = (await deps.tasks.writeAll(toWrite, deps.writeId)).values();',
    replace: `const newest = toWrite.map(async (task) => {
    const version = (await deps.tasks.read(task.taskId))?.version ?? 0;
    return { ...task, version };
  });
  const outcomes = (await deps.tasks.writeAll(await Promise.all(newest), deps.writeId)).values();`,
  },
  {
    name: 'clear-what-is-not-accepted',
    breaks: 'What the bus refused is cleared',
    file: 'lib/domain/tracked.ts',
    find: 'row.sequence <= task.recordedThrough && (!row.published || accepted.has(row.sequence));',
    replace: 'row.sequence <= task.recordedThrough;',
  },
  {
    name: 'clear-what-is-not-recorded',
    breaks: 'What is in no history is cleared',
    file: 'lib/domain/tracked.ts',
    find: 'row.sequence <= task.recordedThrough && (!row.published || accepted.has(row.sequence));',
    replace: 'accepted.size > 0 || !row.published;',
  },
  {
    name: 'recorded-before-it-is',
    breaks: 'A row is taken for recorded before it is',
    file: 'lib/deliver.ts',
    find: `if (outcome?.kind === 'appended') {
    parcel.task = { ...parcel.task, recordedThrough: row.sequence };
    return true;
  }`,
    replace: `parcel.task = { ...parcel.task, recordedThrough: row.sequence };
  if (outcome?.kind === 'appended') return true;`,
  },
  {
    name: 'publish-unwritten',
    breaks: 'What was observed is delivered though another poller was faster',
    file: 'lib/commits.ts',
    find: 'this.#lostRaces += 1;',
    replace: `this.#changes.push({ change, task: change.next });
      this.#lostRaces += 1;`,
  },
  {
    name: 'retire-undelivered',
    breaks: 'A task that ended is over before its last event is delivered',
    file: 'lib/domain/tracked.ts',
    find: 'if (task.stopped === undefined || task.outbox.length > 0) return task;',
    replace: 'if (task.stopped === undefined) return task;',
  },
  {
    name: 'newest-first',
    breaks: 'The newest event of a task goes first',
    file: 'lib/domain/tracked.ts',
    find: 'const next = task.outbox.find((row) =>',
    replace: 'const next = task.outbox.findLast((row) =>',
  },
  {
    name: 'overtaken',
    breaks: 'An event that the bus refuses is overtaken by the next one of its task',
    file: 'lib/deliver.ts',
    find: 'if (parcel.tries < MAX_TRIES) return;',
    replace: `if (parcel.tries < MAX_TRIES) return;
      parcel.task = { ...parcel.task, outbox: parcel.task.outbox.filter((other) => other !== row) };`,
  },
  {
    name: 'deleted-unless-listed',
    breaks: 'A task that the service does not know is deleted, whatever the list says',
    file: 'lib/observe.ts',
    find: 'if (!gone) {',
    replace: 'if (false) {',
  },
  {
    name: 'unreadable-is-deleted',
    breaks: 'A task that cannot be read is taken for one that is deleted',
    file: 'lib/observe.ts',
    find: `const observed = await readTask(task.taskId, deps, signal);
  const now = deps.now();
  if (observed === undefined) return observeMissing(look, now, deps);`,
    replace: `const observed = await readTask(task.taskId, deps, signal).catch(() => undefined);
  const now = deps.now();
  if (observed === undefined) return observeMissing({ ...look, gone: true }, now, deps);`,
  },
  {
    name: 'forgets-the-chain',
    breaks: 'Rows begin a chain of their own',
    file: 'lib/observe.ts',
    find: 'const next = applyDiff(task, task.head, result, { ...deps.chain, now });',
    replace: 'const next = applyDiff(task, undefined, result, { ...deps.chain, now });',
  },
  {
    name: 'head-of-ended-forgotten',
    breaks: 'A task whose item ran out begins its history anew',
    file: 'lib/observe.ts',
    find: 'const head = task?.head ?? (await deps.history.head(taskId));',
    replace: 'const head = task?.head;',
  },
  {
    name: 'history-overwritten',
    breaks: 'A row of the history is replaced',
    file: 'lib/aws/history-table.ts',
    find: `Item: row,
          ConditionExpression: 'attribute_not_exists(taskId)',`,
    replace: 'Item: row,',
  },
  {
    name: 'published-before-recorded',
    breaks: 'An event is on the bus before its row is in the history',
    file: 'lib/domain/tracked.ts',
    find: 'return next !== undefined && next.sequence <= task.recordedThrough ? next : undefined;',
    replace: 'return next;',
  },
];
