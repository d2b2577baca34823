import type { Account } from './account.ts';
import { taskArn, type WireDocument } from './document.ts';
import { invalid, parse, ServiceError } from './errors.ts';
import * as wire from './wire.ts';

/** What a request brings: the identifier in its path, its query and its body, not yet validated. */
export interface OperationInput {
  readonly identifier: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Operation {
  readonly name: string;
  readonly method: string;
  /** The segments of the path; `{Identifier}` stands for any one. */
  readonly path: readonly string[];
  readonly status: number;
  /** Carries the request out; returns the body of the answer, or nothing for an answer without one. */
  readonly run: (account: Account, input: OperationInput) => WireDocument | undefined;
}

const TASKS = ['ota-tasks'];
const TASK = [...TASKS, '{Identifier}'];
const CONFIGURATIONS = ['ota-task-configurations'];

const createTask: Operation['run'] = (account, { body }) => {
  const input = parse(wire.createOtaTask, body, 'body');
  const id = account.createTask(input);
  return { TaskId: id, TaskArn: taskArn(account.owner, id), Description: input.Description };
};

const updateTask: Operation['run'] = (account, { identifier, body }) => {
  account.updateTask(identifier, parse(wire.updateOtaTask, body, 'body'));
  return undefined;
};

const listTasks: Operation['run'] = (account, { query }) => {
  const { items, ...rest } = account.listTasks(parse(wire.listQuery, query, 'query'));
  return { Tasks: items, ...rest };
};

const listExecutions: Operation['run'] = (account, { identifier, query }) => {
  const { items, ...rest } = account.listExecutions(identifier, parse(wire.listQuery, query, 'query'));
  return { ExecutionSummaries: items, ...rest };
};

const deleteTask: Operation['run'] = (account, { identifier }) => {
  account.deleteTask(identifier);
  return {};
};

const createConfiguration: Operation['run'] = (account, { body }) => {
  const input = parse(wire.createOtaTaskConfiguration, body, 'body');
  return { TaskConfigurationId: account.createConfiguration(input) };
};

const OPERATIONS: readonly Operation[] = [
  { name: 'ListOtaTasks', method: 'GET', path: TASKS, status: 200, run: listTasks },
  {
    name: 'GetOtaTask',
    method: 'GET',
    path: TASK,
    status: 200,
    run: (account, { identifier }) => account.getTask(identifier),
  },
  {
    name: 'ListOtaTaskExecutions',
    method: 'GET',
    path: [...TASK, 'devices'],
    status: 200,
    run: listExecutions,
  },
  { name: 'CreateOtaTask', method: 'POST', path: TASKS, status: 201, run: createTask },
  // The API reference has PUT with an empty answer.
  { name: 'UpdateOtaTask', method: 'PUT', path: TASK, status: 204, run: updateTask },
  { name: 'UpdateOtaTask', method: 'PATCH', path: TASK, status: 200, run: updateTask },
  { name: 'DeleteOtaTask', method: 'DELETE', path: TASK, status: 200, run: deleteTask },
  {
    name: 'GetOtaTaskConfiguration',
    method: 'GET',
    path: [...CONFIGURATIONS, '{Identifier}'],
    status: 200,
    run: (account, { identifier }) => account.getConfiguration(identifier),
  },
  {
    name: 'CreateOtaTaskConfiguration',
    method: 'POST',
    path: CONFIGURATIONS,
    status: 201,
    run: createConfiguration,
  },
];

/** The operation that a method and path ask for, and the identifier in the path. */
export interface Match {
  readonly operation: Operation;
  readonly identifier: string | undefined;
}

/**
 * @param path as it came, without the query
 * @throws ServiceError for a path or method that no operation has, and for an identifier that cannot be decoded
 */
export function matchOperation(method: string | undefined, path: string): Match {
  const segments = path.split('/').slice(1);
  const operation = OPERATIONS.find(
    (candidate) => candidate.method === method && matches(candidate.path, segments),
  );
  if (!operation) throw new ServiceError('UnknownOperationException', `No operation ${method} ${path}`);
  return { operation, identifier: segments[1] === undefined ? undefined : decoded(segments[1]) };
}

const matches = (path: readonly string[], segments: readonly string[]): boolean =>
  path.length === segments.length &&
  path.every((segment, index) => segment === '{Identifier}' || segment === segments[index]);

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalid(['Identifier', 'Member must be percent-encoded UTF-8']);
  }
}
