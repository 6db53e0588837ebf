import { createHash } from 'node:crypto';
import { CompozyError } from '../errors/compozy-error.js';

/** The name of these bytes: lower-case hex. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function isSha256(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

export function blobNotFound(sha256: string, reason = 'it is not in the store'): CompozyError {
  return new CompozyError('Blob.NotFound', `The stored value "${sha256}" cannot be read: ${reason}`, {
    details: { sha256 },
  });
}
