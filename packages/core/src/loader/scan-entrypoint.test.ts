import { describe, expect, it } from 'vitest';
import { scanEntrypoint } from './scan-entrypoint.js';

describe('scanEntrypoint', () => {
  it.each<[string, readonly string[]]>([
    ["import { a } from './a.ts';\nexport default { a, b: 1, 'c-d': () => {} };", ['a', 'b', 'c-d']],
    ['export default {\n  // x,\n  /* y, */ "z": `t, ${1}`,\n};', ['z']],
    [
      'export default { async a(x: { y: string }) { return { b: 1 }; }, get c() { return 1; }, *d() {} }',
      ['a', 'c', 'd'],
    ],
    ['const tools = { a, b };\nexport default tools;', ['a', 'b']],
    ['export default { a } satisfies Tools;', ['a']],
    ['export type Tools = object;\nexport interface A {}\nexport default { a };', ['a']],
    ['export default { async: 1, get };', ['async', 'get']],
    ['const x = "export default { no }";\nexport default { yes };', ['yes']],
    ['export default {};', []],
  ])('finds the keys in %j', (source, keys) => {
    expect(scanEntrypoint(source)).toEqual(keys);
  });

  it.each([
    'export default { ...others, a };',
    'export default { [name]: 1 };',
    'export default make({ a });',
    'export { tools as default };',
    'export default class {}',
    'const tools: Tools = load();\nexport default tools;',
    'export default { a };\nexport const b = () => 1;',
    "export * from './more.ts';\nexport default { a };",
    'const tools = { a };\ntools.b = () => 1;\nexport default tools;',
    'export default { a: ',
    '',
  ])('cannot tell from %j', (source) => {
    expect(scanEntrypoint(source)).toBeUndefined();
  });
});
