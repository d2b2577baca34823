import { z } from 'zod';
import { audit } from '../../support/audit.ts';
import type { World } from '../../support/world.ts';
import { writtenItems } from '../../support/written-items.ts';
import type { Rollout } from './rollouts.ts';
import type { Exchange } from './wire.ts';

const GONE = 'gone';
/** Which state of a task: its place, or that the service has the task no more. */
type Version = string;

interface Commit {
  readonly itemVersion: number;
  readonly version: Version;
}

const Page = z.object({ Tasks: z.array(z.object({ TaskId: z.string() })) });
const Task = z.object({ Description: z.string() });
const TASKS_TABLE = 'ota-watch-dev-tasks';
const Item = z.object({ taskId: z.object({ S: z.string() }), version: z.object({ N: z.coerce.number() }) });

/** What processes saw and committed, from what went over their connections. */
export class Ledger {
  readonly #commits = new Map<string, Commit[]>();

  /** @returns what listens to one process */
  listener(): (exchange: Exchange) => void {
    const seen = new Map<string, Version>();
    const listed = new Set<string>();
    return (exchange) => {
      const { operation, body, answer } = exchange;
      if (operation === 'GetItem' && body.includes('"#poll"')) seen.clear();
      if (operation === 'ListOtaTasks') {
        listed.clear();
        for (const { TaskId } of Page.parse(JSON.parse(answer)).Tasks) listed.add(TaskId);
      }
      if (operation === 'GetOtaTask') see(exchange, seen, listed);
      this.#commitAll(exchange, seen);
    };
  }

  #commitAll({ operation, body, status, answer }: Exchange, seen: Map<string, Version>): void {
    for (const { tableName, item, outcome } of writtenItems(operation, body, { status, body: answer }))
      if (tableName === TASKS_TABLE && outcome === 'written') this.#commit(item, seen);
  }

  /** The first write of a task after a look at it holds what was seen. */
  #commit(item: unknown, seen: Map<string, Version>): void {
    const written = Item.safeParse(item);
    if (!written.success) return;
    const { taskId, version: itemVersion } = written.data;
    const version = seen.get(taskId.S);
    seen.delete(taskId.S);
    if (version === undefined) return;
    const commits = this.#commits.get(taskId.S) ?? [];
    this.#commits.set(taskId.S, commits);
    commits.push({ itemVersion: itemVersion.N, version });
  }

  /** How many looks at a task were committed. */
  get commits(): number {
    return [...this.#commits.values()].reduce((sum, commits) => sum + commits.length, 0);
  }

  /** Holds a world in which all is over to the ledger, and to the promises. @returns what is wrong */
  async judge(world: World, rollouts: readonly Rollout[]): Promise<string[]> {
    const told = toldBy(world);
    return [
      ...(await audit(world)),
      ...rollouts.flatMap((rollout) => judgeEnd(rollout, told.get(rollout.taskId) ?? [])),
      ...[...this.#commits].flatMap(([taskId, commits]) =>
        judgeTask(taskId, commits, told.get(taskId) ?? []),
      ),
    ];
  }
}

/** That a task does not exist is nothing to go by while the list shows it. */
function see(
  { url, status, answer }: Exchange,
  seen: Map<string, Version>,
  listed: ReadonlySet<string>,
): void {
  const taskId = url.split('/').at(-1) ?? '';
  if (status === 200) seen.set(taskId, Task.parse(JSON.parse(answer)).Description);
  else if (status === 404 && !listed.has(taskId)) seen.set(taskId, GONE);
  else seen.delete(taskId);
}

/** The states that the bus was told of each task, in the order in which it first accepted them. */
function toldBy({ bus }: World): Map<string, Version[]> {
  const told = new Map<string, Version[]>();
  const ids = new Set<unknown>();
  for (const { detail } of bus.accepted) {
    const id = Reflect.get(detail, 'eventId');
    if (ids.has(id)) continue;
    ids.add(id);
    const taskId = String(Reflect.get(detail, 'taskId'));
    const isGone = Reflect.get(detail, 'status') === 'DELETED';
    const versions = told.get(taskId) ?? [];
    told.set(taskId, versions);
    versions.push(isGone ? GONE : String(Reflect.get(detail, 'description')));
  }
  return new Map([...told].map(([taskId, versions]) => [taskId, withoutRepeats(versions)]));
}

const withoutRepeats = (versions: readonly Version[]) =>
  versions.filter((version, index) => version !== versions[index - 1]);

function judgeTask(taskId: string, commits: readonly Commit[], told: readonly Version[]): string[] {
  const inOrder = commits.toSorted((a, b) => a.itemVersion - b.itemVersion).map(({ version }) => version);
  const seen = withoutRepeats(inOrder);
  const backwards = seen.some((version, index) => Number(version) < Number(seen[index - 1] ?? 0));
  return [
    ...(seen.join() === told.join() ? [] : [`${taskId}: seen were ${seen}, told were ${told}`]),
    ...(backwards ? [`${taskId}: went backwards: ${seen}`] : []),
  ];
}

/** A task may be gone before anybody saw it. */
function judgeEnd({ taskId, states, isGone }: Rollout, told: readonly Version[]): string[] {
  const last = told.at(-1);
  const now = isGone ? GONE : String(states.length - 1);
  const isTold = last === now || (isGone && last === undefined);
  return isTold ? [] : [`${taskId}: told last was ${last}, and it is ${now}`];
}
