import { describe, expect, it } from 'vitest';
import { countTokens } from '@compozy/memory';

describe('countTokens', () => {
  it.each([
    ['', 0],
    ['hello world', 2],
    ['The quick brown fox jumps over the lazy dog.', 10],
  ])('counts %j', async (text, tokens) => {
    expect(await countTokens(text)).toBe(tokens);
  });

  it('takes the control tokens of a model for text', async () => {
    expect(await countTokens('a<|endoftext|>b')).toBeGreaterThan(3);
  });

  // In one piece each of these takes the tokenizer minutes.
  it.each(['a', '漢', ' ', '!'])('comes to an end with 400,000 times %j', async (text) => {
    const tokens = await countTokens(text.repeat(400_000));
    expect(tokens).toBeGreaterThan(1_000);
    expect(tokens).toBeLessThanOrEqual(800_000);
  });

  it('counts ordinary text in one piece, however long', async () => {
    const sentence = 'The quick brown fox jumps over the lazy dog. ';
    const once = await countTokens(sentence.repeat(100));
    expect(await countTokens(sentence.repeat(1_000))).toBeCloseTo(once * 10, -2);
  });
});
