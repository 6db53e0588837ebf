import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import { createToolRuntime } from '../src/index.js';
import { createToolProject, failureOf, failureOfTool } from './tool-project.js';

/** What the tool `say` prints in every call. */
const common = (n: number) => [
  'stderr: half a line',
  `stderr: no newline ${n}[warn] careful {"n":${n}}`,
  `stdout: out ${n}`,
  `stdout: ${'é'.repeat(8_192)} … [line cut]`,
];

describe('createToolRuntime', () => {
  it('calls members of the default export, then named exports, with input, config and context', async () => {
    await using project = createToolProject({
      'tools.ts': `
        export default {
          echo: async (input, config, context) => ({
            input, config, key: context.idempotencyKey, aborted: context.signal.aborted, env: context.env,
          }),
          both: () => ({ from: 'default' }),
        };
        export const both = () => ({ from: 'name' });
        export function single() { return { from: 'name' }; }
        export const notAFunction = 1;
      `,
    });
    expect(await project.run('echo', { input: { a: [1, null] }, config: { c: 1 }, env: { MODE: 'x' } })).toEqual({
      input: { a: [1, null] },
      config: { c: 1 },
      key: 'key',
      aborted: false,
      env: { MODE: 'x' },
    });
    expect(await project.run('both')).toEqual({ from: 'default' });
    expect(await project.run('single')).toEqual({ from: 'name' });
    expect(await project.runtime.toolIds()).toEqual(['echo', 'both', 'single']);
  });

  it('takes TypeScript with enums, decorator-free classes, paths of the tsconfig, JSON and npm packages', async () => {
    await using project = createToolProject({
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
      'lib/shout.ts':
        'export class Shout { constructor(private readonly text: string) {} get(): string { return this.text.toUpperCase(); } }',
      'lib/data.json': '{ "answer": 42 }',
      'node_modules/dep/package.json': '{ "name": "dep", "type": "module", "exports": "./index.js" }',
      'node_modules/dep/index.js':
        'import { readFileSync } from "node:fs"; export const own = readFileSync(new URL("./own.txt", import.meta.url), "utf8");',
      'node_modules/dep/own.txt': 'beside the package',
      'tools.ts': `
        import { readFileSync } from 'node:fs';
        import { join } from 'node:path';
        import { Shout } from '@lib/shout';
        import data from './lib/data.json';
        import { own } from 'dep';
        enum Kind { First = 'first' }
        export default {
          all: () => ({
            kind: Kind.First, shout: new Shout('hey').get(), data, own,
            byUrl: readFileSync(new URL('./lib/data.json', import.meta.url), 'utf8').length,
            byDir: readFileSync(join(__dirname, 'lib/data.json'), 'utf8').length,
          }),
        };`,
    });
    expect(await project.run('all')).toEqual({
      kind: 'first',
      shout: 'HEY',
      data: { answer: 42 },
      own: 'beside the package',
      byUrl: 16,
      byDir: 16,
    });
  });

  it.each([
    ['undefined', '() => undefined', {}],
    ['null', '() => null', {}],
    ['a number', '() => 5', { value: 5 }],
    ['false', '() => false', { value: false }],
    ['a text', '() => "x"', { value: 'x' }],
    ['an array', '() => [1, 2]', { value: [1, 2] }],
    [
      'an object with toJSON and undefined inside',
      '() => ({ at: new Date(0), gone: undefined })',
      { at: '1970-01-01T00:00:00.000Z' },
    ],
    ['a thenable', '() => ({ then: (ok) => ok({ a: 1 }) })', { a: 1 }],
  ])('makes an object of %s', async (_name, source, expected) => {
    await using project = createToolProject({ 'tools.ts': `export default { it: ${source} };` });
    expect(await project.run('it')).toEqual(expected);
  });

  it.each([
    ['a function', '({ a: { b: () => 1 } })', '/a/b is a function'],
    ['a BigInt', '({ n: 1n })', '/n is a BigInt'],
    ['a symbol', 'Symbol("x")', 'a symbol'],
    ['NaN', '({ list: [0, NaN] })', '/list/1 is NaN'],
    ['a Map', '({ m: new Map() })', '/m is a Map'],
    ['a cycle', '(() => { const a = {}; a.a = a; return a; })()', 'a cycle'],
    [
      'endless nesting',
      '(() => { let a = {}; for (let i = 0; i < 1e5; i++) a = { a }; return a; })()',
      'nested too deeply',
    ],
    ['a throwing getter', '({ get x() { throw new Error("no"); } })', 'no'],
  ])('refuses %s as output', async (_name, source, message) => {
    await using project = createToolProject({ 'tools.ts': `export default { it: () => (${source}), ok: () => 1 };` });
    const error = await failureOf(project.run('it'));
    expect(error.code).toBe('Tool.OutputNotJson');
    expect(error.message).toContain(message);
    expect(await project.run('ok')).toEqual({ value: 1 });
  });

  it('refuses an output beyond the limit and passes one below it', async () => {
    await using project = createToolProject({
      'tools.ts': `export default { make: ({ mb }) => ({ text: 'x'.repeat(mb * 1024 * 1024) }) };`,
    });
    expect((await failureOf(project.run('make', { input: { mb: 11 } }))).code).toBe('Tool.OutputTooLarge');
    expect(await project.run('make', { input: { mb: 9 } })).toHaveProperty('text.length', 9 * 1024 * 1024);
    expect(project.pids()).toHaveLength(1);
  });

  it('reports what a tool threw with a stack of the source', async () => {
    await using project = createToolProject({
      'lib/check.ts':
        'interface Order { id: number }\n\nexport function check(order: Order): never {\n  throw Object.assign(new TypeError(`bad order ${order.id}`), { code: "E_ORDER", retryable: false });\n}',
      'tools.ts': `import { check } from './lib/check.js';
        export default {
          check: (input: { id: number }) => check(input),
          text: () => { throw 'just a text'; },
          nothing: () => { throw null; },
          hostile: () => { throw new Proxy({}, { get() { throw new Error('trap'); } }); },
          final: () => { throw Object.assign(new Error('no'), { type: 'Declined', nonRetryable: true }); },
        };`,
    });
    const error = await failureOf(project.run('check', { input: { id: 7 } }));
    expect(error).toMatchObject({ code: 'Tool.Threw', message: 'bad order 7' });
    expect(error.details).toMatchObject({ toolId: 'check', name: 'TypeError', type: 'E_ORDER', retryable: false });
    expect(error.details['stack']).toEqual(['at check (lib/check.ts:4:23)', 'at check (tools.ts:3:45)']);
    expect(await failureOf(project.run('text'))).toMatchObject({ code: 'Tool.Threw', message: 'just a text' });
    expect(await failureOf(project.run('nothing'))).toMatchObject({ code: 'Tool.Threw', message: 'null' });
    expect(await failureOf(project.run('hostile'))).toMatchObject({ code: 'Tool.Threw' });
    const final = await failureOf(project.run('final'));
    expect(final.details).toMatchObject({ type: 'Declined', retryable: false });
  });

  it('names the place of a build error and works once it is mended', async () => {
    await using project = createToolProject({ 'tools.ts': 'export default {\n  a: () => { const x = ; },\n};' });
    const error = await failureOf(project.run('a'));
    expect(error.code).toBe('Tool.BuildFailed');
    expect(error.message).toContain('tools.ts:2:24: Unexpected ";"');
    expect(await project.runtime.inputFiles()).toContain(join(project.dir, 'tools.ts'));
    project.write({ 'tools.ts': 'export default { a: () => 1 };' });
    expect(await project.run('a')).toEqual({ value: 1 });
  });

  it.each([
    ['throws', 'throw new Error("no settings");', 'no settings'],
    ['exits', 'process.exit(3);', 'exited with code 3'],
    ['imports a package that is not there', 'import "missing-package";', 'missing-package'],
    ['never finishes', 'await new Promise(() => {});', 'did not finish loading within 400 ms'],
    ['fails later', 'await new Promise((_, no) => setTimeout(() => { throw new Error("late"); }, 1));', 'late'],
  ])('says Tool.LoadFailed when the module %s', async (_name, source, message) => {
    await using project = createToolProject(
      { 'tools.ts': `${source}\nexport default { a: () => 1 };` },
      { loadTimeoutMs: message.includes('400') ? 400 : 60_000 },
    );
    const error = await failureOf(project.run('a'));
    expect(error).toMatchObject({ code: 'Tool.LoadFailed' });
    expect(error.message).toContain(message);
    expect(await project.runtime.toolIds()).toBeUndefined();
  });

  it('suggests the tool that was meant', async () => {
    await using project = createToolProject({ 'tools.ts': 'export default { send_mail: () => 1, toString2: 2 };' });
    const error = await failureOf(project.run('send_mial'));
    expect(error).toMatchObject({ code: 'Tool.NotFound', details: { candidates: ['send_mail'] } });
    expect(error.message).toContain('did you mean "send_mail"?');
    for (const id of ['toString', 'constructor', '__proto__', 'default']) {
      expect((await failureOf(project.run(id))).code).toBe('Tool.NotFound');
    }
  });

  it('passes lines to the log of the call that printed them', async () => {
    await using project = createToolProject({
      'tools.ts': `
        console.log('loading');
        export default {
          say: (input, _config, { logger }) => {
            console.log('out ' + input.n);
            process.stderr.write('half');
            process.stderr.write(' a line\\r\\nno newline ' + input.n);
            logger.warn('careful', { n: input.n });
            console.log('é'.repeat(10_000));
          },
        };`,
    });
    const lines = async (n: number) => {
      const seen: string[] = [];
      await project.run('say', { input: { n }, log: ({ stream, text }) => seen.push(`${stream}: ${text}`) });
      return seen.toSorted();
    };
    expect(await lines(1)).toEqual([...common(1), 'stdout: loading'].toSorted());
    expect(await lines(2)).toEqual(common(2).toSorted());
    await project.run('say', {
      input: { n: 3 },
      log: () => {
        throw new Error('a broken log');
      },
    });
  });

  it('gives a tool the four variables and its own, and no other', async () => {
    await using project = createToolProject(
      { 'tools.ts': 'export default { env: () => ({ ...process.env }), leak: () => { process.env.LEFT = "1"; } };' },
      {
        environment: {
          PATH: process.env['PATH'],
          HOME: '/home/x',
          LANG: 'C',
          PLANTED_SECRET: 's3cret',
          NODE_OPTIONS: '--title=x',
        },
      },
    );
    const expected = { PATH: process.env['PATH'], HOME: '/home/x', LANG: 'C', API_KEY: 'line\nbreak' };
    expect(await project.run('env', { env: { API_KEY: 'line\nbreak' } })).toEqual(expected);
    await project.run('leak', { env: { API_KEY: 'line\nbreak' } });
    expect(await project.run('env', { env: { API_KEY: 'line\nbreak' } })).toEqual(expected);
    expect(project.pids()).toHaveLength(1);
  });

  it.each([
    'LD_PRELOAD',
    'LD_AUDIT',
    'DYLD_INSERT_LIBRARIES',
    'NODE_OPTIONS',
    'NODE_CHANNEL_FD',
    'BUN_CONFIG_PROFILE',
    'lower',
    'A-B',
    '1A',
    '',
  ])('refuses the variable "%s" without showing its value', async (name) => {
    await using project = createToolProject({ 'tools.ts': 'export default { a: () => 1 };' });
    const error = await failureOf(project.run('a', { env: { [name]: 'planted-value' } }));
    expect(error.code).toBe('Config.Invalid');
    expect(JSON.stringify([error.message, error.details])).not.toContain('planted-value');
    expect((await failureOf(project.run('a', { env: { GOOD: 'planted\0value' } }))).code).toBe('Config.Invalid');
  });

  it('starts with a PATH of the call, too', async () => {
    await using project = createToolProject({ 'tools.ts': 'export default { path: () => process.env.PATH };' });
    expect(await project.run('path', { env: { PATH: '/nowhere' } })).toEqual({ value: '/nowhere' });
  });

  it('shows no value of the environment in errors or command lines', async () => {
    await using project = createToolProject({
      'tools.ts':
        'export default { a: () => { throw new Error("rejected " + process.env.API_KEY); }, wait: () => new Promise(() => {}) };',
    });
    const error = await failureOf(project.run('a', { env: { API_KEY: 'planted-value' } }));
    expect(JSON.stringify([error.message, error.details])).not.toContain('planted-value');
    for (const pid of project.pids()) {
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('planted-value');
    }
  });

  it('writes one bundle per content, and finds packages from a cache outside of the project', async () => {
    await using cache = createToolProject({ 'tools.ts': '' });
    await using project = createToolProject(
      {
        'node_modules/dep/package.json': '{ "name": "dep", "main": "index.js" }',
        'node_modules/dep/index.js': 'module.exports = "dep";',
        'tools.ts': 'import dep from "dep"; export default { a: () => dep };',
      },
      { cacheDir: join(cache.dir, 'cache') },
    );
    expect(await project.run('a')).toEqual({ value: 'dep' });
    const bundles = () => readdirSync(join(cache.dir, 'cache')).filter((name) => !name.startsWith('runner'));
    expect(bundles()).toHaveLength(1);
    for (let version = 0; version < 25; version++) {
      project.write({ 'tools.ts': `export default { a: () => ${version} };` });
      await project.runtime.reload();
    }
    expect(await project.run('a')).toEqual({ value: 24 });
    expect(bundles()).toHaveLength(20);
  });

  it.each([
    [['--allow-everything'], 'known are'],
    [['--alow-read'], 'did you mean "--allow-read"?'],
    [['--allow-run'], '--allow-child-process'],
    [['--allow-net=example.com'], 'single hosts'],
    [['--allow-read='], 'empty'],
  ])('refuses the permissions %s', async (permissions, hint) => {
    const create = async () => createToolRuntime({ projectDir: '/', entrypoint: 'x.ts', permissions });
    const error = await failureOf(create());
    expect(error.code).toBe('Config.Invalid');
    expect(error.message).toContain(hint);
  });

  it('says what cannot be started', async () => {
    await using project = createToolProject(
      { 'tools.ts': 'export default { a: () => 1 };' },
      { nodePath: '/nowhere/node' },
    );
    expect((await failureOfTool(project.runtime, 'a')).code).toBe('Config.Invalid');
    await using bun = createToolProject({ 'tools.ts': '' }, { type: 'bun', environment: { PATH: '/nowhere' } });
    expect((await failureOfTool(bun.runtime, 'a')).message).toContain('no "bun" on PATH');
  });

  it.runIf(spawnSync('bun', ['--version']).status === 0)(
    'runs tools with bun, and says that it cannot restrict them',
    async () => {
      await using project = createToolProject(
        {
          'tools.ts': `export default {
          who: (input) => ({ bun: typeof Bun, input }), boom: () => { throw new Error('boom'); },
          spin: () => { for (;;); }, big: () => 'x'.repeat(3e6), exit: () => process.exit(3),
        };`,
        },
        { type: 'bun' },
      );
      expect(await project.run('who', { input: 'x'.repeat(3e6) })).toMatchObject({ bun: 'object' });
      expect(await project.run('big')).toHaveProperty('value.length', 3e6);
      expect(project.pids()).toHaveLength(1);
      expect((await failureOf(project.run('boom'))).code).toBe('Tool.Threw');
      expect((await failureOf(project.run('exit'))).code).toBe('Tool.Crashed');
      expect((await failureOf(project.run('spin', { timeoutMs: 300 }))).code).toBe('Tool.TimedOut');
      expect(project.notices).toEqual([expect.stringContaining('no permission model')]);
    },
  );
});
