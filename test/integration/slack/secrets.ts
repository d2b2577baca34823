import { DestinationError } from '../../../lib/alerts/destination-error.ts';
import type { Secrets } from '../../../lib/alerts/ports.ts';

export interface TestSecrets extends Secrets {
  /** Names in the order in which they were forgotten. */
  readonly forgotten: readonly string[];
  set(name: string, value: string): void;
}

/** Secrets in memory. */
export function testSecrets(values: Readonly<Record<string, string>>): TestSecrets {
  const secrets = new Map(Object.entries(values));
  const forgotten: string[] = [];
  return {
    forgotten,
    get: async (name) => {
      const value = secrets.get(name);
      if (value === undefined) {
        throw new DestinationError(`Secret ${name} does not exist`, { kind: 'misconfigured' });
      }
      return value;
    },
    forget: (name) => forgotten.push(name),
    set: (name, value) => secrets.set(name, value),
  };
}
