export interface LoggedRequest {
  readonly operation: string;
  /** The task or configuration that the path names. */
  readonly identifier: string | undefined;
}

/** Every request for an operation that has arrived, whatever came of it. */
export class RequestLog {
  #entries: LoggedRequest[] = [];
  readonly #attempts = new Map<string, number>();

  get entries(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** How many requests arrived, of one operation or of all. */
  count(operation?: string): number {
    return this.#entries.filter((entry) => operation === undefined || entry.operation === operation).length;
  }

  reset(): void {
    this.#entries = [];
    this.#attempts.clear();
  }

  /** Takes a request down and returns how many there were of its operation and identifier, itself included. */
  record(request: LoggedRequest): number {
    this.#entries.push(request);
    const key = JSON.stringify([request.operation, request.identifier]);
    const attempt = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempt);
    return attempt;
  }
}
