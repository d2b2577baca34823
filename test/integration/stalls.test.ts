import { createServer, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { GetOtaTaskCommand } from '@aws-sdk/client-iot-managed-integrations';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClients } from '../../lib/aws/clients.ts';
import { listen } from '../../local/bus/listen.ts';

let server: Server;
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

/** A server that begins to answer, and never ends; then, one that answers. */
async function stallOnce(body: object): Promise<{ url: string; requests: () => number }> {
  let requests = 0;
  server = createServer(async (request, response) => {
    await buffer(request);
    requests += 1;
    const text = JSON.stringify(body);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
    if (requests === 1) response.write(text.slice(0, 2));
    else response.end(text);
  });
  const { url } = await listen(server, 0);
  return { url, requests: () => requests };
}

describe('an answer that stalls half way', () => {
  it('is given up and asked for again', async () => {
    const { url, requests } = await stallOnce({ TaskId: 't1' });
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS', url);
    const { managedIntegrations } = createClients(1, { timeoutMs: 100 });
    const answer = await managedIntegrations.send(new GetOtaTaskCommand({ Identifier: 't1' }));
    expect([answer.TaskId, requests()]).toEqual(['t1', 2]);
  });
});
