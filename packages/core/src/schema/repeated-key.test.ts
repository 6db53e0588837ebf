import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRepeatedKey } from './repeated-key.js';

describe('findRepeatedKey', () => {
  it.each([
    ['{"a":1,"a":2}', 'a', '/a'],
    ['{"a":{"b":1},"c":{"b":1,"d":[],"b":{}}}', 'b', '/c/b'],
    ['[0,[{"x":1}],{"y":"\\"}","z":[1,2],"y":3}]', 'y', '/2/y'],
    ['{"a":1,"\\u0061":2}', 'a', '/a'],
    ['{"a/b~":1, "a/b~" : 2}', 'a/b~', '/a~1b~0'],
    ['{"":1,"":2}', '', '/'],
    ['{"a\\\\":1,"a\\\\":2}', 'a\\', '/a\\'],
    ['{"__proto__":1,"__proto__":2}', '__proto__', '/__proto__'],
  ])('finds it in %s', (text, key, pointer) => {
    expect(findRepeatedKey(text)).toEqual({ key, pointer });
  });

  it.each(['{"a":{"a":{"a":1}}}', '[{"a":1},{"a":2}]', '{"a":"a","b":"a"}', '{"a":["a","a","b,a"]}', '"a"', '7', '[]'])(
    'finds none in %s',
    (text) => expect(findRepeatedKey(text)).toBeUndefined(),
  );

  it('finds none in whatever JSON.stringify writes, and one that is added to it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.boolean(), (value, isIndented) => {
        const text = JSON.stringify(value, null, isIndented ? 2 : 0);
        expect(findRepeatedKey(text)).toBeUndefined();
        const [key] = Object.keys(value);
        const longer = `${text.slice(0, text.lastIndexOf('}'))},${JSON.stringify(key)}:0}`;
        expect(findRepeatedKey(longer)?.key).toBe(key);
      }),
    );
  });
});
