import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { PlanWebhook } from '@compozy/core';

export interface SignedRequest {
  /** As it came: a signature is one of bytes, not of JSON. */
  readonly body: Uint8Array;
  /** With lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Whether the sender knows the secret, and, where the signature tells the time, whether it is recent. */
export function verifyWebhook(verify: PlanWebhook['verify'], secret: string, request: SignedRequest): boolean {
  const { strategy, header, skewMs } = verify;
  if (strategy === 'none') return true;
  const given = header === undefined ? undefined : request.headers[header];
  // An empty secret is one that everybody knows.
  if (secret === '' || given === undefined) return false;
  if (strategy === 'stripe') return verifyStripe(given, secret, request, skewMs);
  const expected = createHmac('sha256', secret).update(request.body).digest('hex');
  if (strategy === 'github') return isSame(given, `sha256=${expected}`);
  return isSame(given.toLowerCase().replace(/^sha256=/, ''), expected);
}

/** `t=<seconds>,v1=<hex>,v1=<hex>`: while a secret is being changed there is one signature for each. */
function verifyStripe(given: string, secret: string, { body, now }: SignedRequest, skewMs: number): boolean {
  const parts = given.split(',').map((part) => {
    const at = part.indexOf('=');
    return { name: part.slice(0, Math.max(0, at)).trim(), value: part.slice(at + 1).trim() };
  });
  const times = parts.filter(({ name }) => name === 't');
  const time = times.length === 1 ? times[0]!.value : '';
  if (!/^\d{1,12}$/.test(time) || Math.abs(now - Number(time) * 1000) > skewMs) return false;
  const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
  return parts.some(({ name, value }) => name === 'v1' && isSame(value, expected));
}

/** In a time that tells nothing about where the texts differ, or how long they are. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'));
}
