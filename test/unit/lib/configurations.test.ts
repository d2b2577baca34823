import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationReader } from '../../../lib/configurations.ts';
import type { TaskConfiguration } from '../../../lib/domain/task.ts';
import type { OtaService } from '../../../lib/ports.ts';
import { MINUTE, NOON } from '../../support/builders.ts';

type Answer = TaskConfiguration | undefined | Error;

const signal = new AbortController().signal;

const configuration = (configurationId: string): TaskConfiguration => ({
  configurationId,
  criteria: [{ failureType: 'FAILED', thresholdPercentage: 20, minExecutedThings: 10 }],
  pace: { maximumPerMinute: 50 },
  inProgressTimeoutMinutes: 30,
});
const config1 = configuration('config1');
const config2: TaskConfiguration = { configurationId: 'config2', criteria: [] };
const odd = configuration('odd');

/** A service that has configurations and nothing else. */
class Configurations implements OtaService {
  readonly asked: string[] = [];
  readonly answers = new Map<string, Answer>();

  async *listTasks() {}

  async getTask() {
    return undefined;
  }

  async *listExecutions() {}

  async getConfiguration(configurationId: string) {
    this.asked.push(configurationId);
    const answer = this.answers.get(configurationId);
    if (answer instanceof Error) throw answer;
    return answer && { configuration: answer, unreadable: answer === odd ? 2 : 0 };
  }
}

let service: Configurations;
let now: number;
let logged: unknown[];
let reader: ConfigurationReader;

beforeEach(() => {
  service = new Configurations();
  now = NOON;
  logged = [];
  const entry =
    (level: string) =>
    (message: string, fields: object = {}) => {
      logged.push([level, message, fields]);
    };
  const log = { info: entry('info'), warn: entry('warn'), error: entry('error') };
  reader = new ConfigurationReader(service, log, () => now);
  reader.beginPoll();
});

const read = (configurationId = 'config1') => reader.read(configurationId, signal);

/** A minute later. */
function nextPoll(): void {
  now += MINUTE;
  reader.beginPoll();
}

describe('a configuration', () => {
  it('is read once, in this poll and all others', async () => {
    service.answers.set('config1', config1);
    expect(await read()).toEqual(config1);
    expect(await read()).toEqual(config1);
    nextPoll();
    expect(await read()).toEqual(config1);
    expect(service.asked).toEqual(['config1']);
    expect([reader.failures, logged]).toEqual([0, []]);
  });

  it('is read once for tasks that are looked at at the same time', async () => {
    service.answers.set('config1', config1);
    service.answers.set('config2', config2);
    const all = await Promise.all([read('config1'), read('config2'), read('config1')]);
    expect(all).toEqual([config1, config2, config1]);
    expect(service.asked).toEqual(['config1', 'config2']);
  });

  it('with parts that cannot be understood keeps the others, and is counted and logged once', async () => {
    service.answers.set('odd', odd);
    expect(await Promise.all([read('odd'), read('odd')])).toEqual([odd, odd]);
    expect(reader.failures).toBe(1);
    expect(logged).toEqual([
      [
        'error',
        'A configuration has parts that cannot be understood',
        { configurationId: 'odd', unreadable: 2 },
      ],
    ]);
    nextPoll();
    await read('odd');
    expect([reader.failures, logged.length]).toEqual([0, 1]);
  });

  it('is asked for under the signal of the look', async () => {
    const seen: unknown[] = [];
    service.getConfiguration = async (...given) => {
      seen.push(given);
      return { configuration: config1, unreadable: 0 };
    };
    await read();
    expect(seen).toEqual([['config1', signal]]);
  });
});

describe('a configuration that cannot be read', () => {
  beforeEach(() => {
    service.answers.set('config1', new Error('CANARY'));
  });

  it('is unknown in this poll, counted and logged once', async () => {
    expect(await Promise.all([read(), read()])).toEqual([undefined, undefined]);
    expect(await read()).toBeUndefined();
    expect(service.asked).toEqual(['config1']);
    expect(reader.failures).toBe(1);
    expect(logged).toEqual([
      [
        'error',
        'A configuration could not be read: its last known limits stay in force',
        { configurationId: 'config1', error: { name: 'Error' } },
      ],
    ]);
  });

  it('is read again in the next', async () => {
    await read();
    nextPoll();
    expect(reader.failures).toBe(0);
    service.answers.set('config1', config1);
    expect(await read()).toEqual(config1);
    expect([service.asked.length, reader.failures]).toEqual([2, 0]);
  });

  it('leaves others alone', async () => {
    service.answers.set('config2', config2);
    expect(await Promise.all([read('config1'), read('config2')])).toEqual([undefined, config2]);
  });
});

describe('a configuration that is gone', () => {
  it('is unknown, counted and logged once', async () => {
    expect(await Promise.all([read(), read()])).toEqual([undefined, undefined]);
    expect(await read()).toBeUndefined();
    expect(service.asked).toEqual(['config1']);
    expect(reader.failures).toBe(1);
    expect(logged).toEqual([
      [
        'warn',
        'A configuration is gone: its last known limits stay in force',
        { configurationId: 'config1' },
      ],
    ]);
  });

  it('is not asked for again for ten minutes', async () => {
    await read();
    service.answers.set('config1', config1);
    for (let minute = 1; minute < 10; minute += 1) {
      nextPoll();
      expect(await read()).toBeUndefined();
      expect(reader.failures).toBe(0);
    }
    expect(service.asked).toHaveLength(1);
    nextPoll();
    expect(await read()).toEqual(config1);
  });
});

it('remembers a bounded number of configurations', async () => {
  const ids = Array.from({ length: 1_001 }, (_, index) => `config${index}`);
  for (const id of ids) service.answers.set(id, configuration(id));
  const readAll = (some: readonly string[]) => Promise.all(some.map(read));

  await readAll(ids.slice(0, 1_000));
  nextPoll();
  await readAll(ids);
  expect(service.asked).toEqual(ids);
  nextPoll();
  await readAll(ids.slice(0, 1));
  expect(service.asked).toEqual([...ids, 'config0']);
});
