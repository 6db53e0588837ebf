import { describe, expect, it } from 'vitest';
import { parseDuration } from './parse-duration.js';

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['500ms', 500],
    ['1.5s', 1_500],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['1us', 1],
    [' 5 seconds ', 5_000],
    ['1 minute', 60_000],
    ['1 hour 30 minutes', 5_400_000],
    ['2 hours and 5 mins', 7_500_000],
    ['1 Day', 86_400_000],
  ])('reads %j', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', 'soon', '5', '-5s', '1h30', '5 parsecs', '1e3s', 's', '{{ .x }}', '5s!', '999999999999999999w'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});
