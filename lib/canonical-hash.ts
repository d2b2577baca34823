import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Hash } from './domain/chain.ts';

/** SHA-256 over canonical JSON (RFC 8785), in hexadecimal: the same however a row's fields are ordered. */
export const canonicalHash: Hash = (value) =>
  createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex');
