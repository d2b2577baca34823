import { z } from 'zod';

/** An event that was set aside, and why. */
export interface SetAsideNote {
  readonly eventId: string;
  readonly taskId: string;
  /** Of the event that was set aside. */
  readonly sequence: number;
  /** When, ISO 8601. */
  readonly at: string;
  readonly code: string;
  readonly message: string;
}

const Note = z.object({
  detailType: z.literal('OTA Task Event Set Aside'),
  taskId: z.string(),
  observedAt: z.string(),
  setAsideSequence: z.int().positive(),
  errorCode: z.string(),
  errorMessage: z.string().default(''),
});

/** The note that a row is; undefined for any other row. */
export function readNote(row: object): SetAsideNote | undefined {
  const parsed = Note.safeParse(row);
  if (!parsed.success) return undefined;
  const { taskId, setAsideSequence: sequence, observedAt: at, errorCode: code, errorMessage } = parsed.data;
  return { eventId: `${taskId}:${sequence}`, taskId, sequence, at, code, message: errorMessage };
}
