/** A JSON document as it goes over the wire. Times in it are epoch seconds with a fraction. */
export type WireDocument = Readonly<Record<string, unknown>>;

/** Translates epoch milliseconds into the timestamps of the rest-json protocol. */
export const epochSeconds = (ms: number): number => ms / 1_000;

/** The members of a document that are named and present. */
export function pick(document: WireDocument, members: readonly string[]): WireDocument {
  return Object.fromEntries(
    members.flatMap((member) => (member in document ? [[member, document[member]]] : [])),
  );
}

/** Who owns the resources, for their ARNs. */
export interface Owner {
  readonly accountId: string;
  readonly region: string;
}

export const taskArn = ({ accountId, region }: Owner, taskId: string): string =>
  `arn:aws:iotmanagedintegrations:${region}:${accountId}:ota-task/${taskId}`;
