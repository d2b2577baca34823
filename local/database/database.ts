import type { IncomingMessage } from 'node:http';
import dynalite from 'dynalite';
import { type Listening, listen } from '../bus/listen.ts';

/** Starts an empty in-memory DynamoDB on 127.0.0.1; on a free port where none is given. */
export function startDatabase({ port = 0 }: { readonly port?: number } = {}): Promise<Listening> {
  const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  // Dynalite throws, and so ends the process, when a client goes away in the middle of a request.
  server.on('request', (request: IncomingMessage) => request.removeAllListeners('error'));
  return listen(server, port);
}
