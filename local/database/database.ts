import { type IncomingMessage, Server } from 'node:http';
import dynalite from 'dynalite';

export interface Database {
  /** DynamoDB endpoint. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts an empty in-memory DynamoDB on 127.0.0.1; on a free port where none is given. */
export async function startDatabase({ port = 0 }: { readonly port?: number } = {}): Promise<Database> {
  const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  // A server that closes idle connections races with clients that reuse them.
  server.keepAliveTimeout = 0;
  // Dynalite throws, and so ends the process, when a client goes away in the middle of a request.
  server.on('request', (request: IncomingMessage) => request.removeAllListeners('error'));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        // Not dynalite's own close: it would close the store under requests underway, which then throw.
        Server.prototype.close.call(server, (error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
