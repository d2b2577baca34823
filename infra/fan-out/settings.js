import { numberOf, textOf } from '../parameters.js';

/** Of an event source mapping (Lambda API reference, ScalingConfig). */
const [MIN_WORKERS, MAX_WORKERS] = [2, 1_000];
const DAY = 86_400;

/**
 * What the parameters say of sharing: `{ above, workers, periodSeconds }`; undefined where it is off.
 *
 * @throws where they mean nothing
 */
export async function settingsOf(serverless) {
  if ((await textOf(serverless, 'fanOutAbove')) === 'off') return undefined;
  return {
    above: await numberOf(serverless, 'fanOutAbove', 1, 1_000_000, ' or off'),
    workers: await numberOf(serverless, 'workerConcurrency', MIN_WORKERS, MAX_WORKERS),
    periodSeconds: await numberOf(serverless, 'pollPeriodSeconds', 1, DAY),
  };
}
