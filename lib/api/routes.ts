import type { Hash } from '../domain/chain.ts';
import { OtaWatchError, summarizeError } from '../errors.ts';
import type { Log } from '../ports.ts';
import { auditTask } from './audit.ts';
import { BadCursorError, type Cursors } from './cursor.ts';
import { withEtag } from './etag.ts';
import { exportPart } from './export.ts';
import type { Api } from './generated/api.ts';
import { listHistory, taskHistory } from './history.ts';
import { listTasks } from './list-tasks.ts';
import {
  BadParametersError,
  type OperationId,
  type ParameterReader,
  type Parameters,
  type RawParameters,
} from './parameters.ts';
import type { Fleet, HistoryPages, Position } from './ports.ts';
import { type Answer, isFault, ProblemError, problemAnswer } from './problem.ts';
import { type Access, type Authorizer, type Role, rolesOf } from './roles.ts';
import { createSeries } from './series.ts';

export interface RoutesDeps {
  readonly parameters: ParameterReader;
  readonly cursors: Cursors;
  readonly access: Access;
  readonly fleet: Fleet;
  readonly history: HistoryPages;
  readonly hash: Hash;
  showTask(taskId: string): Promise<Api['TaskDetail'] | undefined>;
  health(): Promise<Omit<Api['Health'], 'caller'>>;
  /** Epoch milliseconds. */
  now(): number;
  readonly log: Pick<Log, 'error'>;
}

/** A request, as far as the gateway has let it through. */
export interface ApiRequest extends RawParameters {
  readonly authorizer?: Authorizer | undefined;
  /** The header. */
  readonly ifNoneMatch?: string | undefined;
  /** Of the log. */
  readonly requestId: string;
  /** Milliseconds until the function is ended. */
  remainingMs(): number;
}

/** Answers requests. It throws nothing: what goes wrong is an answer as well. */
export type Respond = (operationId: OperationId, request: ApiRequest) => Promise<Answer>;

interface Caller {
  readonly request: ApiRequest;
  readonly roles: readonly Role[];
}

type Answerers = {
  readonly [Id in OperationId]: (given: Parameters[Id], caller: Caller) => Promise<Answer>;
};

/** What a request needs at most to end, once it has been told not to go on. */
const RESERVE_MS = 6_000;
/** People wait for a part of a file longer than for the progress of a check. */
const EXPORT_MS = 15_000;
const AUDIT_MS = 5_000;
/** Lambda answers with 6 MB at most, of which Base64 takes a quarter. */
const MAX_BODY_BYTES = 4_400_000;

/** Puts the routes together. */
export function createRoutes(deps: RoutesDeps): Respond {
  const { parameters, access, log } = deps;
  const answerers = createAnswerers(deps);
  const answer = async <Id extends OperationId>(operationId: Id, request: ApiRequest): Promise<Answer> => {
    const roles = rolesOf(request.authorizer, access);
    const needed = operationId === 'exportHistory' ? 'exporter' : 'reader';
    if (!roles.includes(needed)) throw new ProblemError('forbidden', `This needs the role ${needed}`);
    const given = parameters.read(operationId, request);
    const answered = await answerers[operationId](given, { request, roles });
    if (Buffer.byteLength(answered.body ?? '') > MAX_BODY_BYTES)
      throw new OtaWatchError(`An answer of ${operationId} is too large`);
    return answered;
  };
  return async (operationId, request) => {
    try {
      return await answer(operationId, request);
    } catch (thrown) {
      const error = thrown instanceof BadCursorError ? badCursor(thrown) : thrown;
      if (isFault(error)) log.error('A request failed', { operationId, error: summarizeError(error) });
      return problemAnswer(error, request.requestId);
    }
  };
}

function createAnswerers(deps: RoutesDeps): Answerers {
  const { cursors, fleet, history, hash, now, showTask, health } = deps;
  const series = createSeries({ history, now });

  const mayGoOnFor = (milliseconds: number, { request }: Caller) => {
    const end = now() + Math.min(milliseconds, request.remainingMs() - RESERVE_MS);
    return () => now() < end;
  };

  return {
    listTasks: async ({ query }, { request }) => {
      const pages = paging(cursors, 'listTasks', query);
      const { page, next } = await listTasks(query, pages.after, { fleet, now });
      return tagged({ ...page, ...pages.to(next) }, request);
    },

    getTask: async ({ path: { taskId } }, { request }) => {
      const detail = await showTask(taskId);
      if (detail === undefined) throw unknownTask(taskId);
      return tagged(detail, request);
    },

    getTaskHistory: async ({ path: { taskId }, query }, { request }) => {
      const pages = paging(cursors, `getTaskHistory ${taskId}`, query);
      const { page, next } = await taskHistory(taskId, query, pages.after, history);
      return tagged({ ...page, ...pages.to(next) }, request);
    },

    getTaskSeries: async ({ path: { taskId }, query }, { request }) =>
      tagged(await series(taskId, query), request),

    listHistory: async ({ query }, { request }) => {
      const pages = paging(cursors, 'listHistory', query);
      const { page, next } = await listHistory(query, pages.after, history);
      return tagged({ ...page, ...pages.to(next) }, request);
    },

    exportHistory: async ({ query }, caller) => {
      const pages = paging(cursors, 'exportHistory', query);
      const part = await exportPart(query, pages.after, { history, mayGoOn: mayGoOnFor(EXPORT_MS, caller) });
      const { next } = pages.to(part.next);
      return {
        statusCode: 200,
        headers: {
          ...PRIVATE,
          'content-type': part.contentType,
          'content-disposition': `attachment; filename="${part.fileName}"`,
          ...(next !== undefined && { link: `<${nextPartOf(caller.request.query, next)}>; rel="next"` }),
        },
        body: part.body,
      };
    },

    auditTask: async ({ path: { taskId }, query }, caller) => {
      const pages = paging(cursors, `auditTask ${taskId}`, query);
      const mayGoOn = mayGoOnFor(AUDIT_MS, caller);
      const audited = await auditTask(taskId, pages.after, { history, fleet, hash, now, mayGoOn });
      if (audited === undefined) throw unknownTask(taskId);
      return json({ ...audited.report, ...pages.to(audited.next) });
    },

    getHealth: async (_, { roles }) => {
      const answer: Api['Health'] = { ...(await health()), caller: { roles: [...roles] } };
      return json(answer);
    },
  };
}

const PRIVATE = { 'cache-control': 'private, no-cache' };

function json(body: object): Answer {
  return {
    statusCode: 200,
    headers: { ...PRIVATE, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

const tagged = (body: object, { ifNoneMatch }: ApiRequest) => withEtag(json(body), ifNoneMatch);

/** Where a list goes on: a cursor counts for the same request only, whatever the size of its pages. */
function paging(
  cursors: Cursors,
  operation: string,
  { cursor, limit: _, ...filters }: { readonly cursor?: string; readonly limit?: number },
) {
  const request = { operation, ...filters };
  return {
    after: cursor === undefined ? undefined : cursors.open(request, cursor),
    to: (next: Position | undefined): { next?: string } =>
      next ? { next: cursors.seal(request, next) } : {},
  };
}

/** An address relative to that of the request, since nobody knows here under which one it was reached. */
function nextPartOf(query: string, cursor: string): string {
  const next = new URLSearchParams(query);
  next.set('cursor', cursor);
  return `?${next}`;
}

function badCursor(cause: BadCursorError): BadParametersError {
  return new BadParametersError([{ name: 'cursor', in: 'query', message: cause.message }], { cause });
}

function unknownTask(taskId: string): ProblemError {
  return new ProblemError('not-found', `Neither table knows of task ${taskId}`);
}
