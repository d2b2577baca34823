import {
  type ListOtaTaskExecutionsCommandOutput,
  type ListOtaTasksCommandOutput,
  paginateListOtaTaskExecutions,
  paginateListOtaTasks,
} from '@aws-sdk/client-iot-managed-integrations';
import { describe, expect, it } from 'vitest';
import { answer, collect, ok, rejection, talk, useCleanEnvironment } from './harness.ts';

useCleanEnvironment();

const taskIds = (pages: ListOtaTasksCommandOutput[]) =>
  pages.map(({ Tasks }) => Tasks?.map(({ TaskId }) => TaskId));
const thingIds = (pages: ListOtaTaskExecutionsCommandOutput[]) =>
  pages.map(({ ExecutionSummaries }) => ExecutionSummaries?.map(({ ManagedThingId }) => ManagedThingId));

describe('paginateListOtaTasks', () => {
  it('follows the token, through empty pages too, and asks for the given size', async () => {
    const { client, requests } = await talk(
      ok({ Tasks: [{ TaskId: 'a' }, { TaskId: 'b' }], NextToken: 'one' }),
      ok({ Tasks: [], NextToken: 'two' }),
      ok({ NextToken: 'three' }),
      ok({ Tasks: [{ TaskId: 'c' }] }),
    );
    const pages = await collect(paginateListOtaTasks({ client, pageSize: 2 }, {}));
    expect(taskIds(pages)).toEqual([['a', 'b'], [], undefined, ['c']]);
    expect(requests.map(({ line }) => line)).toEqual([
      'GET /ota-tasks?MaxResults=2',
      'GET /ota-tasks?MaxResults=2&NextToken=one',
      'GET /ota-tasks?MaxResults=2&NextToken=two',
      'GET /ota-tasks?MaxResults=2&NextToken=three',
    ]);
  });

  it('starts at a token', async () => {
    const { client, requests } = await talk(ok({ Tasks: [] }));
    await collect(paginateListOtaTasks({ client, startingToken: 'here' }, { MaxResults: 9 }));
    expect(requests.map(({ line }) => line)).toEqual(['GET /ota-tasks?MaxResults=9&NextToken=here']);
  });

  it('stops where the token repeats, if told so', async () => {
    const { client, requests } = await talk(
      ok({ Tasks: [{ TaskId: 'a' }], NextToken: 'same' }),
      ok({ Tasks: [{ TaskId: 'b' }], NextToken: 'same' }),
      answer(400),
    );
    const pages = await collect(paginateListOtaTasks({ client, stopOnSameToken: true }, {}));
    expect(taskIds(pages)).toEqual([['a'], ['b']]);
    expect(requests).toHaveLength(2);
  });

  it('fails with the page that fails', async () => {
    const { client } = await talk(
      ok({ Tasks: [{ TaskId: 'a' }], NextToken: 'one' }),
      answer(403, '', { 'x-amzn-errortype': 'AccessDeniedException' }),
    );
    const error = await rejection(collect(paginateListOtaTasks({ client }, {})));
    expect(error.name).toBe('AccessDeniedException');
  });
});

it('paginateListOtaTaskExecutions follows the token of one task', async () => {
  const { client, requests } = await talk(
    ok({ ExecutionSummaries: [{ ManagedThingId: 'thing1' }], NextToken: 'one' }),
    ok({ ExecutionSummaries: [{ ManagedThingId: 'thing2' }] }),
  );
  const pages = await collect(paginateListOtaTaskExecutions({ client }, { Identifier: 'task1' }));
  expect(thingIds(pages)).toEqual([['thing1'], ['thing2']]);
  expect(requests.map(({ line }) => line)).toEqual([
    'GET /ota-tasks/task1/devices',
    'GET /ota-tasks/task1/devices?NextToken=one',
  ]);
});
