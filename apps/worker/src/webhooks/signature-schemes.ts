import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { Json, PlanWebhook } from '@compozy/core';
import { textAt, textOf } from './read-text.js';

export interface SignedRequest {
  /** As it came: a signature is one of bytes, not of JSON. */
  readonly body: Uint8Array;
  /** With lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Delivery {
  readonly payload: Json;
  /** As it came. */
  readonly body: Uint8Array;
  /** With lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How one kind of sender signs, and what it calls a delivery. */
export interface SignatureScheme {
  /** The bytes that are the key; `undefined` for a secret that cannot be one. */
  key(secret: string): Uint8Array | undefined;
  isSigned(request: SignedRequest, key: Uint8Array, settings: PlanWebhook['verify']): boolean;
  /** The sender's own id of the delivery. */
  deliveryId?(delivery: Delivery): string | undefined;
  /** The id is part of what is signed: nobody can send a recorded request under another one. */
  readonly idIsSigned?: true;
}

const asText = (secret: string) => (secret === '' ? undefined : Buffer.from(secret));

const SCHEMES: Readonly<Record<Exclude<PlanWebhook['verify']['strategy'], 'none'>, SignatureScheme>> = {
  hmac: {
    key: asText,
    isSigned({ body, headers }, key, { header }) {
      const given = headers[header ?? '']?.toLowerCase().replace(/^sha256=/, '');
      return isSame(given, createHmac('sha256', key).update(body).digest('hex'));
    },
  },

  github: {
    key: asText,
    isSigned: ({ body, headers }, key) =>
      isSame(headers['x-hub-signature-256'], `sha256=${createHmac('sha256', key).update(body).digest('hex')}`),
    deliveryId: ({ headers }) => textOf(headers['x-github-delivery']),
  },

  /** `t=<seconds>,v1=<hex>,v1=<hex>`: while a secret is being changed there is one signature for each. */
  stripe: {
    key: asText,
    isSigned({ body, headers, now }, key, { skewMs }) {
      const parts = (headers['stripe-signature'] ?? '').split(',').map((part) => {
        const at = part.indexOf('=');
        return { name: part.slice(0, Math.max(0, at)).trim(), value: part.slice(at + 1).trim() };
      });
      const times = parts.filter(({ name }) => name === 't');
      const time = times.length === 1 ? times[0]!.value : '';
      if (!isRecent(time, now, skewMs)) return false;
      const expected = createHmac('sha256', key).update(`${time}.`).update(body).digest('hex');
      return parts.some(({ name, value }) => name === 'v1' && isSame(value, expected));
    },
    deliveryId: ({ payload }) => textAt(payload, 'id'),
    idIsSigned: true,
  },

  /** standardwebhooks.com: `v1,<base64> v1,<base64>` over id, time and body; the secret is the key in Base64. */
  standard: {
    key(secret) {
      const text = secret.replace(/^whsec_/, '').replace(/=+$/, '');
      const key = Buffer.from(text, 'base64');
      return text !== '' && key.toString('base64').replace(/=+$/, '') === text ? key : undefined;
    },
    isSigned({ body, headers, now }, key, { skewMs }) {
      const { id, time, signatures } = standardHeaders(headers);
      if (!id || time === undefined || signatures === undefined || !isRecent(time, now, skewMs)) return false;
      const expected = `v1,${createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest('base64')}`;
      return signatures.split(' ').some((signature) => isSame(signature, expected));
    },
    deliveryId: ({ headers }) => textOf(standardHeaders(headers).id),
    idIsSigned: true,
  },
};

/** `undefined` where nothing is asked for. */
export function schemeOf({ strategy }: PlanWebhook['verify']): SignatureScheme | undefined {
  return strategy === 'none' ? undefined : SCHEMES[strategy];
}

/** All of one family: else an id that nobody signed could stand beside a signature over another. */
function standardHeaders(headers: SignedRequest['headers']) {
  const family = headers['webhook-signature'] === undefined ? 'svix' : 'webhook';
  return {
    id: headers[`${family}-id`],
    time: headers[`${family}-timestamp`],
    signatures: headers[`${family}-signature`],
  };
}

/** `time` is in seconds. */
function isRecent(time: string, now: number, skewMs: number): boolean {
  return /^\d{1,12}$/.test(time) && Math.abs(now - Number(time) * 1000) <= skewMs;
}

/** In a time that tells nothing about where the texts differ, or how long they are. */
function isSame(given: string | undefined, expected: string): boolean {
  return given !== undefined && timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'));
}
