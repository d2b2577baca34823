import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../local/simulator/options.ts';

const DEFAULTS = {
  port: 0,
  seed: 1,
  speed: 1,
  account: '123456789012',
  region: 'us-east-1',
  throttle: 0,
  internal: 0,
  drop: 0,
  latency: 0,
};

describe('readOptions', () => {
  it('has a default for each option', () => {
    expect(readOptions([])).toEqual(DEFAULTS);
  });

  it.each([
    [['--port', '4700', '--seed', '7'], { port: 4_700, seed: 7 }],
    [['--speed=0.5', '--account', '210987654321'], { speed: 0.5, account: '210987654321' }],
    [['--region', 'eu-west-1', '--latency', '20'], { region: 'eu-west-1', latency: 20 }],
    [['--throttle', '0.05', '--internal', '1', '--drop', '0'], { throttle: 0.05, internal: 1 }],
  ])('reads %j', (args, options) => {
    expect(readOptions(args)).toEqual({ ...DEFAULTS, ...options });
  });

  it('gives nothing when help is asked for', () => {
    expect(readOptions(['--help', '--port', 'http'])).toBeUndefined();
  });

  it.each([
    [['--port', 'http'], '--port: must be a number'],
    [['--port', ''], '--port: must be a number'],
    [['--port', '65536'], '--port: '],
    [['--port', '1.5'], '--port: '],
    [['--speed', '0'], '--speed: '],
    [['--seed', '1.5'], '--seed: '],
    [['--throttle', '2'], '--throttle: '],
    [['--internal=-1'], '--internal: '],
    [['--account', '12'], '--account: must have 12 digits'],
    [['--region', 'us east'], '--region: must be the name of a region'],
    [['--port'], "Option '--port <value>' argument missing"],
    [['--nonsense'], "Unknown option '--nonsense'"],
    [['extra'], "Unexpected argument 'extra'"],
  ])('refuses %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });

  it('names every option at fault', () => {
    expect(() => readOptions(['--port', 'a', '--drop', 'b'])).toThrow(
      '--port: must be a number\n--drop: must be a number',
    );
  });
});
