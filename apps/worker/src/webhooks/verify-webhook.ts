import type { PlanWebhook } from '@compozy/core';
import { schemeOf, type SignedRequest } from './signature-schemes.js';

/**
 * Whether the sender knows the secret, and, where the signature tells the time, whether it is recent. `undefined` for a
 * secret with which nothing can be signed, such as an empty one: everybody knows it.
 */
export function verifyWebhook(
  verify: PlanWebhook['verify'],
  secret: string,
  request: SignedRequest,
): boolean | undefined {
  const scheme = schemeOf(verify);
  if (scheme === undefined) return true;
  const key = scheme.key(secret);
  return key === undefined ? undefined : scheme.isSigned(request, key, verify);
}
