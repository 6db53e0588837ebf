import { describe, expect, it } from 'vitest';
import { createSecretMask } from './secret-mask.js';

const secret = 'he said "no" \\ <b>&\nünïcödé 世界 /+?';
const mask = createSecretMask({
  QUOTED: secret,
  TOKEN: 'tok-5f0c2d7b9e4a',
  LONGER: 'tok-5f0c2d7b9e4a-and-more',
  PIN: 'k9#!',
});
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a secret mask', () => {
  it.each([
    ['as it is', `<${secret}>`, '<[secret QUOTED]>'],
    ['in JSON', JSON.stringify({ a: secret }), '{"a":"[secret QUOTED]"}'],
    ['in JSON in JSON', JSON.stringify(JSON.stringify(secret)), String.raw`"\"[secret QUOTED]\""`],
    ['in JSON as Go writes it', JSON.stringify(secret).replaceAll(/[<>&]/g, toEscape), '"[secret QUOTED]"'],
    ['in a URL', `https://host/?q=${encodeURIComponent(secret)}`, 'https://host/?q=[secret QUOTED]'],
    ['in a form', new URLSearchParams({ q: secret }).toString(), 'q=[secret QUOTED]'],
    ['in the path of a URL', `https://host/${encodeURI(secret)}`, 'https://host/[secret QUOTED]'],
    ['in base64', `Basic ${base64(secret)}`, 'Basic [secret QUOTED]'],
    ['in base64url', Buffer.from(secret).toString('base64url'), '[secret QUOTED]'],
    ['its first line', 'said: he said "no" \\ <b>&', 'said: [secret QUOTED]'],
    ['its second line in JSON', JSON.stringify(['ünïcödé 世界 /+?']), '["[secret QUOTED]"]'],
    ['inside of a longer one', 'tok-5f0c2d7b9e4a-and-more, tok-5f0c2d7b9e4a', '[secret LONGER], [secret TOKEN]'],
    ['of four characters', 'k9#! and azkjIQ==', '[secret PIN] and [secret PIN]'],
  ])('finds one %s', (_how, text, masked) => expect(mask.text(text)).toBe(masked));

  it.each(['u:', 'us:', 'user:', 'username:'])('finds one in the base64 of what begins with %j', (before) => {
    const masked = mask.text(base64(`${before}tok-5f0c2d7b9e4a and what follows`));
    expect(masked).toContain('[secret TOKEN]');
    const rest = Buffer.from(masked.replace('[secret TOKEN]', '!').split('!')[0]!, 'base64').toString();
    expect(rest.length).toBeLessThan(before.length + 3);
  });

  it('masks values and keys at any depth, and leaves everything else as it is', () => {
    const given = { list: [1, null, true, 'plain', { [secret]: [secret] }], nothing: {} };
    expect(mask.json(given)).toEqual({
      list: [1, null, true, 'plain', { '[secret QUOTED]': ['[secret QUOTED]'] }],
      nothing: {},
    });
  });

  it('masks message and details of a failure', () => {
    const failure = { code: 'Tool.Threw', message: `no ${secret}`, retryable: true, details: { cause: secret } };
    expect(mask.failure(failure)).toEqual({
      code: 'Tool.Threw',
      message: 'no [secret QUOTED]',
      retryable: true,
      details: { cause: '[secret QUOTED]' },
    });
  });

  it('leaves values of less than four characters alone: they occur in ordinary text', () => {
    expect(createSecretMask({ A: '', B: 'abc' }).text('abc abcabc')).toBe('abc abcabc');
  });
});

function toEscape(character: string): string {
  return `\\u00${character.codePointAt(0)!.toString(16)}`;
}
