import { Server } from 'node:http';

export interface Listening {
  readonly url: string;
  readonly server: Server;
  /** Stops at once: closes connections whatever is underway on them. */
  close(): Promise<void>;
}

/** Lets a server listen on 127.0.0.1; port 0 is a free one. Rejects where the port is taken. */
export async function listen(server: Server, port: number): Promise<Listening> {
  // A server that closes idle connections races with clients that reuse them.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    server,
    close: () =>
      new Promise((resolve, reject) => {
        // Not a close that the server may have of its own: dynalite's closes the store under running requests.
        Server.prototype.close.call(server, (error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
