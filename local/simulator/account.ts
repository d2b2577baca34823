import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { epochSeconds, type Owner, pick, type WireDocument } from './document.ts';
import { invalid, notFound, parse, ServiceError } from './errors.ts';
import { pageOf, positionOf } from './pages.ts';
import { PinnedTask } from './pinned-task.ts';
import { type Profile, profileSchema } from './rollout/profile.ts';
import { hexId, seedOf } from './rollout/random.ts';
import { type Schedule, scheduleOf } from './rollout/schedule.ts';
import { RolloutTask, type SimulatedTask } from './task.ts';
import * as wire from './wire.ts';

const SUMMARY = ['TaskId', 'TaskArn', 'CreatedAt', 'LastUpdatedAt', 'TaskConfigurationId', 'Status'];

/** A CreateOtaTask request, with what only a simulation knows. */
const scriptedTask = wire.createOtaTask.extend({
  S3Url: wire.createOtaTask.shape.S3Url.default('s3://firmware/image.bin'),
  OtaType: wire.createOtaTask.shape.OtaType.default('ONE_TIME'),
  taskId: z.string().min(1).optional(),
  /** How many things the task targets; without it, one for each `Target`, or the fleet for a query string. */
  things: z.int().min(0).optional(),
  profile: profileSchema.optional(),
  /** How many things join each minute; only a CONTINUOUS task grows. */
  joiningPerMinute: z.number().min(0).default(1),
});
export type ScriptedTask = z.input<typeof scriptedTask>;

export interface AccountProps extends Owner {
  readonly seed: number;
  /** The simulated time, epoch milliseconds. */
  readonly now: () => number;
  /** How things behave where a task does not say. */
  readonly profile: Profile;
  /** How many things a target query string finds. */
  readonly fleetSize: number;
  /** How long a deleted task is in DELETION_IN_PROGRESS. */
  readonly deletionMs: number;
}

interface Configuration {
  readonly document: WireDocument;
  readonly push: wire.PushConfig;
}

interface Page {
  readonly items: readonly WireDocument[];
  readonly NextToken?: string;
}

/**
 * The account behind the API: its tasks and configurations. A method that refuses throws the service's exception as a
 * `ServiceError`.
 */
export class Account {
  readonly #props: AccountProps;
  readonly #tasks = new Map<string, { readonly position: number; readonly task: SimulatedTask }>();
  readonly #configurations = new Map<string, Configuration>();
  readonly #answered = new Map<string, { readonly input: unknown; readonly id: string }>();
  #made = 0;

  constructor(props: AccountProps) {
    this.#props = props;
  }

  get owner(): Owner {
    return { accountId: this.#props.accountId, region: this.#props.region };
  }

  /** Creates a task whose rollout runs, and returns its id. */
  createTask(script: ScriptedTask): string {
    const input = parse(scriptedTask, script, 'body');
    return this.#once('task', input, () => this.#createTask(input));
  }

  /** Creates a configuration and returns its id. */
  createConfiguration(request: wire.CreateOtaTaskConfigurationInput): string {
    const input = parse(wire.createOtaTaskConfiguration, request, 'body');
    return this.#once('configuration', input, () => {
      const { ClientToken, ...described } = input;
      const id = this.#newId('configuration');
      const CreatedAt = epochSeconds(this.#props.now());
      this.putConfiguration({ TaskConfigurationId: id, ...described, CreatedAt }, id);
      return id;
    });
  }

  /** Pins a task: GetOtaTask answers exactly this document until it is replaced. */
  putTask(document: WireDocument, id = document.TaskId): void {
    this.#putTask(z.string().min(1).parse(id), new PinnedTask(document));
  }

  /** Pins a configuration: GetOtaTaskConfiguration answers exactly this document until it is replaced. */
  putConfiguration(document: WireDocument, id = document.TaskConfigurationId): void {
    const push = wire.pushConfig.safeParse(document.PushConfig).data ?? {};
    this.#configurations.set(z.string().min(1).parse(id), { document, push });
  }

  /** The answer to GetOtaTask. */
  getTask(id: string): WireDocument {
    return this.#task(id).document(this.#props.now());
  }

  /** The answer to GetOtaTaskConfiguration. */
  getConfiguration(id: string): WireDocument {
    return this.#configuration(id, 'Identifier').document;
  }

  /** Summaries of tasks in the order in which they were made. */
  listTasks(query: wire.ListQuery): Page {
    const now = this.#props.now();
    const from = positionOf('tasks', query.NextToken);
    const found: { readonly position: number; readonly summary: WireDocument }[] = [];
    for (const [id, { position, task }] of this.#tasks) {
      if (found.length > query.MaxResults) break;
      if (position < from || this.#forgetIfGone(id, task, now)) continue;
      found.push({ position, summary: pick(task.document(now), SUMMARY) });
    }
    const page = pageOf('tasks', query, found, ({ position }) => position);
    return { ...page, items: page.items.map(({ summary }) => summary) };
  }

  /** A page of the executions of a task, by thing. */
  listExecutions(id: string, query: wire.ListQuery): Page {
    const task = this.#task(id);
    const list = `${id}/devices`;
    const from = positionOf(list, query.NextToken);
    const found = task.executions(this.#props.now(), from, query.MaxResults + 1);
    return pageOf(list, query, found, (_, offset) => from + offset);
  }

  /** Changes what is given: a description, or the configuration, which is in force from now on. */
  updateTask(id: string, request: wire.UpdateOtaTaskInput): void {
    const task = this.#task(id);
    const changes = parse(wire.updateOtaTask, request, 'body');
    const { TaskConfigurationId: moved } = changes;
    const push = moved === undefined ? undefined : this.#configuration(moved, 'TaskConfigurationId').push;
    task.update(this.#props.now(), changes, push);
  }

  /** Moves a task to another configuration. */
  moveTask(id: string, configurationId: string): void {
    this.updateTask(id, { TaskConfigurationId: configurationId });
  }

  /** Cancels a task as an operator would, with everything queued or in progress. */
  cancelTask(id: string): void {
    this.#task(id).cancel(this.#props.now());
  }

  /** Deletes a task: it stands still in DELETION_IN_PROGRESS for a while, and is gone then. */
  deleteTask(id: string): void {
    this.#task(id).delete(this.#props.now());
  }

  /** Takes all tasks and configurations away at once. */
  clear(): void {
    this.#tasks.clear();
    this.#configurations.clear();
    this.#answered.clear();
    this.#made = 0;
  }

  /** Takes a task away at once. */
  removeTask(id: string): void {
    this.#tasks.delete(id);
  }

  /** Takes a configuration away at once; tasks that use it go on. */
  removeConfiguration(id: string): void {
    this.#configurations.delete(id);
  }

  /** Answers a request with the client token of an earlier one as that was answered, if it asks for the same. */
  #once(kind: string, input: { readonly ClientToken?: string | undefined }, create: () => string): string {
    if (input.ClientToken === undefined) return create();
    const key = `${kind} ${input.ClientToken}`;
    const earlier = this.#answered.get(key);
    if (earlier && !isDeepStrictEqual(earlier.input, input)) {
      throw new ServiceError('ConflictException', 'ClientToken was used before with other parameters');
    }
    const id = earlier?.id ?? create();
    this.#answered.set(key, { input, id });
    return id;
  }

  #createTask({
    taskId,
    things,
    profile,
    joiningPerMinute,
    ...input
  }: z.output<typeof scriptedTask>): string {
    const createdAt = this.#props.now();
    const id = taskId ?? this.#newId('task');
    if (this.#tasks.has(id)) throw new ServiceError('ConflictException', `OtaTask ${id} exists already`);
    const { TaskConfigurationId: configured } = input;
    const push = configured === undefined ? {} : this.#configuration(configured, 'TaskConfigurationId').push;
    const continuous = input.OtaType === 'CONTINUOUS';
    const plan = {
      seed: seedOf(this.#props.seed, id),
      createdAt,
      things: things ?? this.#targeted(input),
      continuous,
      joiningPerMinute: continuous ? joiningPerMinute : 0,
      profile: profile ?? this.#props.profile,
      schedule: endingLater(scheduleOf(input.OtaSchedulingConfig), createdAt),
      push,
      retries: input.OtaTaskExecutionRetryConfig?.RetryConfigCriteria ?? [],
    };
    const { deletionMs } = this.#props;
    this.#putTask(id, new RolloutTask({ id, owner: this.owner, input, plan, deletionMs }));
    return id;
  }

  #targeted({ Target, OtaTargetQueryString }: wire.CreateOtaTaskInput): number {
    return Target?.length ?? (OtaTargetQueryString === undefined ? 0 : this.#props.fleetSize);
  }

  #putTask(id: string, task: SimulatedTask): void {
    const position = this.#tasks.get(id)?.position ?? ++this.#made;
    this.#tasks.set(id, { position, task });
  }

  /** An id that is not well-formed can only be that of a pinned task, so it is looked for before it is judged. */
  #task(id: string): SimulatedTask {
    const task = this.#tasks.get(id)?.task;
    if (task && !this.#forgetIfGone(id, task, this.#props.now())) return task;
    throw notFound('OtaTask', parse(wire.taskId, id, 'Identifier'));
  }

  #configuration(id: string, member: string): Configuration {
    const configuration = this.#configurations.get(id);
    if (configuration) return configuration;
    throw notFound('OtaTaskConfiguration', parse(wire.configurationId, id, member));
  }

  #forgetIfGone(id: string, task: SimulatedTask, now: number): boolean {
    if (!task.isGone(now)) return false;
    this.#tasks.delete(id);
    return true;
  }

  #newId(kind: string): string {
    return hexId(this.#props.seed, kind, ++this.#made);
  }
}

function endingLater(schedule: Schedule, now: number): Schedule {
  const { startAt = now, endAt } = schedule;
  if (endAt === undefined || endAt > Math.max(startAt, now)) return schedule;
  throw invalid(['OtaSchedulingConfig.EndTime', 'Member must be in the future and after StartTime']);
}
