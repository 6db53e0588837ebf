import { describe, expect, it } from 'vitest';
import { inspectEntrypoint } from '../src/index.js';
import { createToolProject } from './tool-project.js';

const MORE = `export const b = () => 2;
export function c() {}
export const size = 3;
export default b;
`;
const COMMON = 'module.exports = { d() {} };\n';

async function compare(source: string) {
  await using project = createToolProject({
    'tools.ts': source,
    'more.ts': MORE,
    'common.cjs': COMMON,
    'limits.json': '{ "most": 1 }',
    'node_modules/dep/package.json': '{ "name": "dep", "type": "module", "exports": "./index.js" }',
    'node_modules/dep/index.js': 'export const e = () => 1; export default { f() {} };',
  });
  const { tools, problems } = await inspectEntrypoint(project.dir, 'tools.ts');
  expect(problems).toEqual([]);
  return { told: tools?.toSorted(), ran: (await project.runtime.toolIds())?.toSorted() };
}

describe('inspectEntrypoint', () => {
  it.each([
    'export default { a() {}, async b() {}, *c() {}, "d-e": () => 1, f: class {}, get g() { return () => 1; } };',
    'export default { a: 1, b: "x", c: [], d: {}, e: `t`, f: -1, g: null, h() {} };',
    'const tools = { a() {} };\nconst again = tools;\nexport default again;\nexport const b = () => 1, c = 2;',
    'export default function a() {}\nexport class B {}',
    'export default () => 1;\nexport { b as z, c } from "./more.ts";',
    'export * from "./more.ts";\nexport const c = 1;',
    'export * as more from "./more.ts";\nexport function a() {}',
    'import * as more from "./more.ts";\nexport default { ...more, a() {} };',
    'import * as more from "./more.ts";\nexport default more;',
    'import b, { c } from "./more.ts";\nexport default { b, see: c } as const;',
    'import { e } from "dep";\nexport default { e, ...{ a() {} } } satisfies object;\nexport { e as x } from "dep";',
    'import limits from "./limits.json" with { type: "json" };\nexport default { limits, a: () => limits.most };',
    'enum Size { Small }\nabstract class Base { private x = Size.Small; }\nexport type T = Base;\nexport default { a() {} };',
    'const inner = { a() {} };\nexport const outer = { ...inner, b() {} };\nexport default outer;',
    'const tools = { a() {}, b: () => tools.a };\nexport default tools;',
    'export interface A { b: 1 }\nexport const a = async <T>(x: T) => x;',
    'export default { "__proto__x"() {}, 1() {}, if() {} };',
    '',
  ])('tells what running it tells: %s', async (source) => {
    const { told, ran } = await compare(source);
    expect(ran).toBeDefined();
    expect(told).toEqual(ran);
  });

  it.each([
    ['const tools: any = {};\ntools.a = () => 1;\nexport default tools;', ['a']],
    ['const tools = {};\nObject.assign(tools, { a() {} });\nexport default tools;', ['a']],
    ['const tools: any = {};\nconst same = tools;\nsame.a = () => 1;\nexport default tools;', ['a']],
    ['const tools: any = {};\nfor (const id of ["a"]) tools[id] = () => 1;\nexport default tools;', ['a']],
    ['const tools: any = {};\n({ x: tools.a } = { x: () => 1 });\nexport default tools;', ['a']],
    [
      'const tools = { a() {}, add() { (this as any).b = () => 1; } };\ntools.add();\nexport default tools;',
      ['a', 'add', 'b'],
    ],
    ['let tools = { a() {} } as any;\ntools = { b() {} };\nexport default tools;', ['b']],
    ['const inner: any = {};\ninner.a = () => 1;\nexport default { ...inner };', ['a']],
    ['export default Object.freeze({ a() {} });', ['a']],
    ['export default { [`a${process.pid > 0}`]: () => 1 };', ['atrue']],
    ['import dep from "dep";\nexport default dep;', ['f']],
    ['export { default } from "dep";', ['f']],
    ['export * from "dep";', ['e']],
    ['import * as dep from "dep";\nexport default { ...dep };', ['e']],
    ['import common from "./common.cjs";\nexport default common;', ['d']],
    ['export default await Promise.resolve({ a() {} });', ['a']],
  ])('leaves to running it: %s', async (source, ids) => {
    expect(await compare(source)).toEqual({ told: undefined, ran: ids });
  });

  it.each([
    ['let a = 1 as any;\na = () => 1;\nexport { a };', ['a']],
    ['const a = [1, () => 1][1];\nexport default { a };', ['a']],
  ])('counts what may be a function: %s', async (source, ids) => {
    expect(await compare(source)).toEqual({ told: ids, ran: ids });
  });

  it('counts lines from 1 and columns in UTF-16 units, in whichever file', async () => {
    await using project = createToolProject({
      'tools.ts': 'import "./lib/part.ts";\nexport default {};\n',
      'lib/part.ts': '\nconst a = "🙂é", b = ;\n',
    });
    expect(await inspectEntrypoint(project.dir, 'tools.ts')).toEqual({
      tools: undefined,
      problems: [
        { message: 'The tools cannot be built: Unexpected ";"', at: { file: 'lib/part.ts', line: 2, column: 22 } },
      ],
    });
  });
});
