import { createHmac, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';
import { canonicalJson } from '../canonical-hash.ts';
import { OtaWatchError } from '../errors.ts';
import type { Position } from './ports.ts';

/** A cursor that this deployment did not give for this request. */
export class BadCursorError extends OtaWatchError {
  override readonly name = 'BadCursorError';
}

/** Cursors, as callers get them. They hide nothing, and nobody else can make one. */
export interface Cursors {
  /** @param request all that the position belongs to, as JSON: the operation, and its parameters save `cursor` */
  seal(request: unknown, position: Position): string;
  /** @throws BadCursorError for whatever `seal` has not returned for the same request */
  open(request: unknown, cursor: string): Position;
}

/** @param key of HMAC-SHA256; all instances that serve the same callers have the same */
export function createCursors(key: string): Cursors {
  // The signature is over the text, not over what it decodes to: base64 has several texts for the same bytes.
  const sign = (request: unknown, text: string) =>
    createHmac('sha256', key)
      .update(`${canonicalJson({ request })}\n${text}`)
      .digest('base64url');

  return {
    seal(request, position) {
      const text = Buffer.from(JSON.stringify(position)).toString('base64url');
      return `${text}.${sign(request, text)}`;
    },

    open(request, cursor) {
      const [text = ''] = cursor.split('.', 1);
      const [given, right] = [Buffer.from(cursor), Buffer.from(`${text}.${sign(request, text)}`)];
      if (given.length !== right.length || !timingSafeEqual(given, right))
        throw new BadCursorError('This is no cursor of an earlier answer to the same request');
      return JSON.parse(Buffer.from(text, 'base64url').toString());
    },
  };
}

/**
 * What a position holds.
 *
 * @throws BadCursorError for one that another version of this code made
 */
export function readPosition<Schema extends z.ZodType>(schema: Schema, position: Position): z.infer<Schema> {
  const parsed = schema.safeParse(position);
  if (parsed.success) return parsed.data;
  throw new BadCursorError('This cursor is of another version: begin again', { cause: parsed.error });
}
