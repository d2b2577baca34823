import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Hash } from './domain/chain.ts';

/** Canonical JSON (RFC 8785): the same text for the same value, however its fields are ordered. */
export function canonicalJson(value: object): string {
  return canonicalize(value) ?? '';
}

/** SHA-256 over canonical JSON, in hexadecimal. */
export const canonicalHash: Hash = (value) => createHash('sha256').update(canonicalJson(value)).digest('hex');
