import { createHmac } from 'node:crypto';
import { sign } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import { Stripe } from 'stripe';
import { describe, expect, it } from 'vitest';
import type { PlanWebhook } from '@compozy/core';
import { verifyWebhook } from './verify-webhook.js';

const SECRET = 'a secret with ü';
const TEXT = '{"id":"evt_1","text":"grüße"}';
const NOW = 1_790_000_000_000;
const stripe = new Stripe('sk_test_none');

const VERIFY = {
  stripe: { strategy: 'stripe', header: 'stripe-signature', skewMs: 300_000 },
  github: { strategy: 'github', header: 'x-hub-signature-256', skewMs: 300_000 },
  hmac: { strategy: 'hmac', header: 'x-signature', skewMs: 300_000 },
} as const satisfies Record<string, PlanWebhook['verify']>;

function check(verify: PlanWebhook['verify'], signature: string | undefined, { text = TEXT, secret = SECRET } = {}) {
  const headers: Record<string, string> =
    signature === undefined || verify.header === undefined ? {} : { [verify.header]: signature };
  return verifyWebhook(verify, secret, { body: Buffer.from(text), headers, now: NOW });
}

function stripeHeader(offsetSeconds = 0, secret = SECRET): string {
  const timestamp = Math.floor(NOW / 1000) + offsetSeconds;
  return stripe.webhooks.generateTestHeaderString({ payload: TEXT, secret, timestamp });
}

describe('a signature of Stripe', () => {
  it('is accepted as the library of Stripe makes it', () => {
    expect(check(VERIFY.stripe, stripeHeader())).toBe(true);
  });

  it.each([
    ['just old enough', -300, true],
    ['too old', -301, false],
    ['from the future', 301, false],
  ])('%s: %i s', (_, offset, expected) => {
    expect(check(VERIFY.stripe, stripeHeader(offset))).toBe(expected);
  });

  it('may be one of several, while the secret is being changed', () => {
    const [time, other] = stripeHeader(0, 'the secret before').split(',');
    const [, good] = stripeHeader().split(',');
    expect(check(VERIFY.stripe, `${time},${other},${good}`)).toBe(true);
    expect(check(VERIFY.stripe, `${time},${other},v0=${good!.slice(3)}`)).toBe(false);
  });

  it('is refused for another body, secret or time, and when it cannot be read', () => {
    const good = stripeHeader();
    expect(check(VERIFY.stripe, good, { text: `${TEXT} ` })).toBe(false);
    expect(check(VERIFY.stripe, good, { secret: 'another' })).toBe(false);
    expect(check(VERIFY.stripe, good.replace(/^t=\d+/, `t=${Math.floor(NOW / 1000) - 1}`))).toBe(false);
    expect(check(VERIFY.stripe, `${good},t=1`)).toBe(false);
    for (const broken of ['', ',', 'v1=', good.replace(/^t=\d+,/, ''), good.replace(/^t=/, 't=-'), 't=NaN,v1=00']) {
      expect(check(VERIFY.stripe, broken)).toBe(false);
    }
  });
});

describe('a signature of GitHub', () => {
  it('is accepted as the library of Octokit makes it, and for its body and secret only', async () => {
    const good = await sign(SECRET, TEXT);
    expect(check(VERIFY.github, good)).toBe(true);
    expect(check(VERIFY.github, good, { text: TEXT.replace('evt_1', 'evt_2') })).toBe(false);
    expect(check(VERIFY.github, await sign('another', TEXT))).toBe(false);
    expect(check(VERIFY.github, good.replace('sha256=', ''))).toBe(false);
    expect(check(VERIFY.github, good.slice(0, -1))).toBe(false);
    expect(check(VERIFY.github, undefined)).toBe(false);
  });
});

describe('an HMAC in a header', () => {
  const good = createHmac('sha256', SECRET).update(TEXT).digest('hex');

  it.each([
    ['hexadecimal', good, true],
    ['in upper case', good.toUpperCase(), true],
    ['with the name of the hash', `sha256=${good}`, true],
    ['with the name of another', `sha1=${good}`, false],
    ['of another body', createHmac('sha256', SECRET).update('{}').digest('hex'), false],
    ['empty', '', false],
    ['missing', undefined, false],
  ])('%s', (_, signature, expected) => {
    expect(check(VERIFY.hmac, signature)).toBe(expected);
  });

  it('never holds for an empty secret', () => {
    expect(check(VERIFY.hmac, createHmac('sha256', '').update(TEXT).digest('hex'), { secret: '' })).toBeUndefined();
  });
});

describe('a signature of Standard Webhooks', () => {
  const KEY = `whsec_${Buffer.alloc(24, 'key').toString('base64')}`;
  const OTHER = `whsec_${Buffer.alloc(24, 'other').toString('base64')}`;
  const verify = { strategy: 'standard', header: 'webhook-signature', skewMs: 300_000 } as const;

  function signed({ id = 'msg_1', offset = 0, secret = KEY, text = TEXT, family = 'webhook' } = {}) {
    const time = new Date(NOW + offset * 1000);
    return {
      [`${family}-id`]: id,
      [`${family}-timestamp`]: String(Math.floor(time.getTime() / 1000)),
      [`${family}-signature`]: new Webhook(secret).sign(id, time, text),
    };
  }
  const holds = (headers: Record<string, string>, secret = KEY) =>
    verifyWebhook(verify, secret, { body: Buffer.from(TEXT), headers, now: NOW });

  it.each([
    ['as its library makes it', signed(), true],
    ['with the names of Svix', signed({ family: 'svix' }), true],
    ['just old enough', signed({ offset: -300 }), true],
    ['too old', signed({ offset: -301 }), false],
    ['from the future', signed({ offset: 301 }), false],
    ['of another body', signed({ text: `${TEXT} ` }), false],
    ['with another secret', signed({ secret: OTHER }), false],
    ['under another id', { ...signed(), 'webhook-id': 'msg_2' }, false],
    ['with another time', { ...signed(), 'webhook-timestamp': String(Math.floor(NOW / 1000) + 1) }, false],
    ['with a time in words', { ...signed(), 'webhook-timestamp': 'now' }, false],
    [
      'of another version',
      { ...signed(), 'webhook-signature': signed()['webhook-signature']!.replace('v1,', 'v2,') },
      false,
    ],
    ['without an id', { ...signed({ id: '' }) }, false],
    ['that is empty', { ...signed(), 'webhook-signature': '' }, false],
    [
      'in headers of two families',
      { ...signed({ family: 'svix' }), 'webhook-id': 'a', 'webhook-signature': 'v1,x' },
      false,
    ],
    ['in no header', {}, false],
  ])('%s', (_, headers, expected) => {
    expect(holds(headers as Record<string, string>)).toBe(expected);
  });

  it('may be one of several, while the secret is being changed', () => {
    const [before, now] = [signed({ secret: OTHER }), signed()].map((headers) => headers['webhook-signature']!);
    expect(holds({ ...signed(), 'webhook-signature': `${before} ${now}` })).toBe(true);
    expect(holds({ ...signed(), 'webhook-signature': `v1a,${now!.slice(3)} ${before}` })).toBe(false);
  });

  it('is made with the key in the secret, with or without its prefix; other secrets are none', () => {
    expect(holds(signed(), KEY.replace('whsec_', ''))).toBe(true);
    for (const none of ['', 'whsec_', 'whsec_no-base64', 'a secret']) expect(holds(signed(), none)).toBeUndefined();
  });
});

it('asks for nothing where the webhook does not', () => {
  expect(check({ strategy: 'none', skewMs: 0 }, undefined)).toBe(true);
});
