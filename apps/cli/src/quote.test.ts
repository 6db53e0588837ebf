import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { quote } from './quote.js';

describe('quote', () => {
  it.each(['shop', './a/b-c.d', 'my shop', "it's", '$HOME', 'a"b', '', 'a\\b', '*', 'ä;ö'])(
    '%s is one word',
    (word) => {
      const printed = execFileSync('/bin/sh', ['-c', `printf %s ${quote(word)}`], { encoding: 'utf8' });
      expect(printed).toBe(word);
    },
  );

  it('leaves alone what needs nothing', () => expect(quote('../my-shop/schemas')).toBe('../my-shop/schemas'));
});
