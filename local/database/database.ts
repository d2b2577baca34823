import { createServer } from 'node:http';
import dynalite from 'dynalite';
import { type Listening, listen } from '../bus/listen.ts';
import { withStatements } from './partiql.ts';

/** Starts an empty in-memory DynamoDB on 127.0.0.1; on a free port where none is given. */
export function startDatabase({ port = 0 }: { readonly port?: number } = {}): Promise<Listening> {
  const database = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  const server = createServer(
    withStatements((request, response) => {
      database.emit('request', request, response);
      // Dynalite throws, and so ends the process, when a client goes away in the middle of a request.
      request.removeAllListeners('error');
    }),
  );
  return listen(server, port);
}
