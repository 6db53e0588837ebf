import { describe, expect, it } from 'vitest';
import { CommandExit } from './exit-code.js';
import { parseJson } from './parse-json.js';

const parse = (text: string, file?: string) => {
  try {
    return parseJson({ text, ...(file === undefined ? {} : { file }) }, '--input', 'Give JSON text');
  } catch (error) {
    if (!(error instanceof CommandExit)) throw error;
    return { code: error.code, message: error.message };
  }
};

describe('parseJson', () => {
  it('refuses a key that stands twice, of which the first one would be lost', () => {
    expect(parse('{"a":[{"id":1,"id":2}]}', 'in.json')).toEqual({
      code: 2,
      message: '--input: "in.json" has the key "id" twice in one object, at /a/0/id; leave one of them out',
    });
  });

  it('says what is no JSON, and what to give', () => {
    const refused = parse('{a:1}');
    expect(refused).toMatchObject({
      code: 2,
      message: expect.stringMatching(/^--input is not JSON: .*\nGive JSON text$/),
    });
  });

  it('takes a byte order mark for what it is', () => expect(parse('\ufeff{"a":1}', 'in.json')).toEqual({ a: 1 }));
});
