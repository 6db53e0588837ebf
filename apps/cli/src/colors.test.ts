import { describe, expect, it } from 'vitest';
import { colorsFor } from './colors.js';

describe('colorsFor', () => {
  // Node leaves `isTTY` out where a stream is no terminal, and a default of picocolors took that for "as the environment says".
  it.each([{}, { isTTY: undefined }, { isTTY: false }])('leaves text for %j as it is', (stream) => {
    expect(colorsFor(stream).bold('x')).toBe('x');
  });
});
