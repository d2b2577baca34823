// Answers GetOtaTask after a while, in a process of its own. Tells its parent the URL; ends with its parent.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../../../local/bus/listen.ts';

const LATENCY_MS = 30;
const BODY = JSON.stringify({
  TaskId: 'task1',
  TaskArn: 'arn:aws:iotmanagedintegrations:us-east-1:123456789012:ota-task/task1',
  Description: 'firmware 7',
  OtaType: 'CONTINUOUS',
  CreatedAt: 1_700_000_000,
  LastUpdatedAt: 1_700_000_000.123,
  TaskConfigurationId: 'config1',
  TaskProcessingDetails: {
    numberOfQueuedThings: 4,
    NumberOfInProgressThings: 3,
    numberOfSucceededThings: 7,
    NumberOfFailedThings: 2,
  },
  OtaSchedulingConfig: { StartTime: '2026-05-01T00:00:00Z' },
  Status: 'IN_PROGRESS',
  Tags: { owner: 'team' },
});

const server = createServer({ keepAliveTimeout: 60_000 }, async (_request, response) => {
  await sleep(LATENCY_MS);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length }).end(BODY);
});
process.on('disconnect', () => process.exit(0));
process.send?.((await listen(server, 0)).url);
