import { UsageError } from '../connect.ts';

const MODES = ['bot', 'webhook'] as const;
export type Mode = (typeof MODES)[number];

/** @throws UsageError */
export function readMode(text: string | undefined): Mode | undefined {
  if (text === undefined) return undefined;
  const mode = MODES.find((name) => name === text);
  if (mode === undefined) throw new UsageError('--mode takes bot or webhook');
  return mode;
}
