import { GetParameterCommand, SSMClient, SSMServiceException } from '@aws-sdk/client-ssm';
import { DestinationError } from '../alerts/destination-error.ts';
import type { Secrets } from '../alerts/ports.ts';

const MAX_AGE_SECONDS = 300;

/** How long an old secret is good for before a store that failed is asked again. */
const PATIENCE_MS = 30_000;

/** Errors that stay until somebody repairs the parameter, its key or the permissions. */
const MISCONFIGURED = new Set([
  'AccessDeniedException',
  'InvalidKeyId',
  'ParameterNotFound',
  'UnrecognizedClientException',
  'ValidationException',
]);

export interface SsmSecretsOptions {
  readonly client: SSMClient;
  /** Path of the parameters, without a slash at the end. */
  readonly prefix: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly maxAgeSeconds?: number;
}

/** A client of the Parameter Store that gives up soon: alerts wait for it. */
export function createSsmClient({ timeoutMs = 2_000 } = {}): SSMClient {
  return new SSMClient({
    retryMode: 'standard',
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: Math.min(1_000, timeoutMs),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: timeoutMs,
    },
  });
}

/**
 * Secrets from SecureString parameters. Many who ask at once wait for one request. While the store fails, an old secret goes on
 * being used, however old it is: an alert that may be refused is better than none.
 */
export function ssmSecrets(options: SsmSecretsOptions): Secrets {
  return new SsmSecrets(options);
}

interface Remembered {
  readonly value: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

class SsmSecrets implements Secrets {
  readonly #options: SsmSecretsOptions;
  readonly #remembered = new Map<string, Remembered>();
  readonly #reading = new Map<string, Promise<string>>();

  constructor(options: SsmSecretsOptions) {
    this.#options = options;
  }

  get(name: string): Promise<string> {
    const remembered = this.#remembered.get(name);
    if (remembered && this.#options.now() < remembered.until) return Promise.resolve(remembered.value);
    const underway = this.#reading.get(name);
    if (underway) return underway;
    const reading: Promise<string> = this.#refresh(name, () => this.#reading.get(name) === reading);
    this.#reading.set(name, reading);
    return reading;
  }

  forget(name: string): void {
    this.#remembered.delete(name);
    this.#reading.delete(name);
  }

  /** @param isWanted false once what is being read was forgotten */
  async #refresh(name: string, isWanted: () => boolean): Promise<string> {
    const { now, maxAgeSeconds = MAX_AGE_SECONDS } = this.#options;
    const old = this.#remembered.get(name);
    const remember = (value: string, ms: number) => {
      if (isWanted()) this.#remembered.set(name, { value, until: now() + ms });
      return value;
    };
    try {
      return remember(await this.#read(name), maxAgeSeconds * 1_000);
    } catch (error) {
      const isOutage = error instanceof DestinationError && error.trouble.kind === 'unavailable';
      if (isOutage && old) return remember(old.value, PATIENCE_MS);
      // Not even an outage brings back what was taken away.
      if (!isOutage) this.#remembered.delete(name);
      throw error;
    } finally {
      if (isWanted()) this.#reading.delete(name);
    }
  }

  async #read(name: string): Promise<string> {
    const { client, prefix } = this.#options;
    const path = `${prefix}/${name}`;
    const { Parameter } = await client
      .send(new GetParameterCommand({ Name: path, WithDecryption: true }))
      .catch((error: unknown) => {
        throw unreadable(path, error);
      });
    const value = Parameter?.Value?.trim();
    if (!value) throw new DestinationError(`Parameter ${path} is empty`, { kind: 'misconfigured' });
    return value;
  }
}

function unreadable(path: string, error: unknown): DestinationError {
  const name = error instanceof Error ? error.name : 'unknown error';
  return new DestinationError(
    `Parameter ${path} could not be read: ${name}`,
    MISCONFIGURED.has(name) ? { kind: 'misconfigured' } : { kind: 'unavailable', unsure: false },
    // Other errors can hold the answer, and the secret with it: those of a parser do.
    { code: name, ...(error instanceof SSMServiceException && { cause: error }) },
  );
}
