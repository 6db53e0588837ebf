import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '@compozy/core/loader';
import { checkProjectFiles } from '@compozy/worker/settings';
import { createProjectFolder } from './project-folder.js';

const RUNTIME = 'runtime: { entrypoint: ./tools.ts }';
const calling = (tool: string) => `id: one\ntasks:\n  - { id: a, type: basic, tool: ${tool} }\n`;

async function report(files: Readonly<Record<string, string>>, yaml = RUNTIME, hostTools?: readonly string[]) {
  await using folder = await createProjectFolder(yaml, files);
  const { diagnostics } = await checkProjectFiles(folder.dir, hostTools === undefined ? {} : { hostTools });
  return formatDiagnostics(diagnostics);
}

describe('checkProjectFiles, of tools', () => {
  it('reports a mistake in the syntax where it stands', async () => {
    const tools = 'export const a = 1;\nexport default {\n  é: () => "é", greet: ({ name }) => ({ text: }),\n};\n';
    expect(await report({ 'tools.ts': tools })).toBe(
      'tools.ts:3:47: error tool.broken: The tools cannot be built: Unexpected "}"',
    );
  });

  it('reports a mistake in a file that the entrypoint imports, and an import of what is not there', async () => {
    const files = {
      'tools.ts':
        "import { one } from './one.ts';\nimport { secund } from './two.ts';\nimport './three.ts';\nexport default { one, secund };\n",
      'one.ts': 'export const one = (: string) => 1;\n',
      'two.ts': 'export const second = () => 2;\n',
    };
    expect(await report(files)).toBe(
      [
        'tools.ts:3:8: error tool.broken: The tools cannot be built: Could not resolve "./three.ts"',
        'one.ts:1:21: error tool.broken: The tools cannot be built: Unexpected ":"',
      ].join('\n'),
    );
    expect(await report({ ...files, 'one.ts': 'export const one = 1;\n', 'three.ts': '' })).toBe(
      'tools.ts:2:10: error tool.broken: The tools cannot be built: No matching export in "two.ts" for import "secund" (did you mean "second"?)',
    );
  });

  it.each([
    ['a member of the default export', 'export default { greet() {} };'],
    ['a named export', 'export async function greet() {}'],
    ['a named export beside others', 'export default { other() {} };\nexport const greet = () => 1;'],
    ['a re-export', "export * from './more.ts';"],
    ['a re-export under another name', "export { welcome as greet } from './more.ts';"],
    ['a member that is spread', "import * as more from './more.ts';\nexport default { ...more };"],
    ['a whole module', "import * as more from './more.ts';\nexport default more;"],
    ['whatever a package exports', "export * from 'some-package';"],
    ['whatever a function gives', 'export default defineTools({ hello() {} });'],
    ['whatever is added later', 'const tools = { hello() {} };\ntools.greet = () => 1;\nexport default tools;'],
    ['whatever a computed name is', 'export default { [process.env.NAME]: () => 1 };'],
  ])('accepts %s', async (_what, source) => {
    const files = { 'tools.ts': source, 'more.ts': 'export const greet = () => 1;\nexport const welcome = greet;\n' };
    expect(await report({ ...files, 'one.yaml': calling('greet') })).toBe('');
  });

  it('runs no code of the project', async () => {
    const tools = 'throw new Error("ran");\nexport default { greet() {} };\n';
    expect(await report({ 'tools.ts': tools, 'one.yaml': calling('greet') })).toBe('');
  });

  it.each([
    ['a named export', 'export const hello = () => 1;\nexport const greeet = hello;'],
    ['a constant that is no function', 'export const hello = () => 1;\nexport const greet = 5, greeet = hello;'],
    ['a type', 'export type greet = 1;\nexport default { hello() {}, greeet() {} } satisfies object;'],
  ])('tells a tool that is not exported from %s', async (_what, source) => {
    expect(await report({ 'tools.ts': source, 'one.yaml': calling('greet') })).toBe(
      'one.yaml:3:33: error reference.unknown-tool: There is no tool "greet" (did you mean "greeet"?)',
    );
  });

  const described = `${RUNTIME}\ntools: [greet]`;
  const exporting = { 'tools.ts': 'export default { greeet() {}, hello() {} };\n', 'one.yaml': calling('greet') };

  it('reports a tool that is described, called and not exported where it is called', async () => {
    await using folder = await createProjectFolder(described, exporting);
    const { diagnostics } = await checkProjectFiles(folder.dir, { hostTools: [] });
    expect(diagnostics).toEqual([
      {
        severity: 'error',
        code: 'tool.not-exported',
        message: 'The entrypoint exports no tool "greet"',
        file: 'one.yaml',
        line: 3,
        column: 33,
        expected: 'one of "greeet", "hello"',
        suggestion: 'greeet',
      },
    ]);
  });

  it('reports the same of a tool that is described in its task', async () => {
    const inline = calling('{ id: greet, timeout: 1m }');
    expect(await report({ ...exporting, 'one.yaml': inline }, RUNTIME, [])).toBe(
      'one.yaml:3:39: error tool.not-exported: The entrypoint exports no tool "greet" (did you mean "greeet"?)',
    );
  });

  it('takes what the host brings, and warns where nobody says what that is', async () => {
    expect(await report(exporting, described, ['greet'])).toBe('');
    expect(await report(exporting, RUNTIME, ['greet'])).toBe('');
    expect(await report(exporting, described)).toBe(
      'compozy.yaml:4:9: warning tool.not-exported: The entrypoint exports no tool "greet" (did you mean "greeet"?)',
    );
  });

  it.each(['batch-processor', 'heartbeat-report', 'human-approval', 'onboarding', 'webhook-intake'])(
    'has nothing to say of the example %s',
    async (name) => {
      const dir = path.resolve(import.meta.dirname, '../../../../examples', name);
      const { diagnostics } = await checkProjectFiles(dir, { hostTools: [] });
      expect(diagnostics.filter(({ code, severity }) => code.startsWith('tool.') || severity === 'error')).toEqual([]);
    },
  );
});
