declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface Options {
    /** How long a table stays in a state other than ACTIVE, in milliseconds. */
    readonly createTableMs?: number;
    readonly updateTableMs?: number;
    readonly deleteTableMs?: number;
  }

  /** An in-memory DynamoDB behind an HTTP server that does not listen yet. */
  export default function dynalite(options?: Options): Server;
}
