import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createToolProject, failureOf, isAlive } from './tool-project.js';

/** Every tool here does its worst; after each the next call has to work. */
const TOOLS = `
import { readFileSync, writeFileSync, writeSync, closeSync, readdirSync, mkdirSync } from 'node:fs';
import { spawn, execFileSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { connect } from 'node:net';
export default {
  returnAndExit: () => { setImmediate(() => process.exit(1)); return { returned: true }; },
  ok: (input) => ({ ok: true, ...input }),
  exit: () => process.exit(0),
  exitLater: () => new Promise(() => setTimeout(() => process.exit(9), 5)),
  abort: () => process.abort(),
  killSelf: () => new Promise(() => process.kill(process.pid, 'SIGSEGV')),
  rejection: () => new Promise(() => { void Promise.reject(new Error('nobody caught it')); }),
  exitHandler: () => new Promise(() => { process.on('exit', () => { for (;;); }); setTimeout(() => { throw new Error('stuck in an exit handler'); }, 1); }),
  uncaught: () => new Promise(() => setTimeout(() => { throw new TypeError('from a timer'); }, 1)),
  hang: () => new Promise(() => {}),
  hangAlive: () => new Promise(() => setInterval(() => {}, 5)),
  spin: () => { for (;;); },
  spinAsync: async () => { for (;;) await null; },
  polite: (_input, _config, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve({ stopped: signal.reason.name }))),
  heap: () => { const keep = []; for (;;) keep.push(new Array(1000).fill(keep.length)); },
  buffers: async () => { const keep = []; for (;;) { keep.push(Buffer.alloc(8 * 1024 * 1024, 1)); await new Promise((next) => setTimeout(next, 1)); } },
  buffersBusy: () => { const keep = []; for (;;) keep.push(Buffer.alloc(8 * 1024 * 1024, 1)); },
  hugeText: () => 'x'.repeat(2 ** 29),
  flood: () => { const line = 'y'.repeat(99) + '\\n'; for (let i = 0; i < 10_000; i++) { writeAll(1, line.repeat(100)); } return { flooded: true }; },
  floodStream: async () => { for (let i = 0; i < 1_000; i++) await new Promise((done) => process.stdout.write('z'.repeat(100_000), done)); return { flooded: true }; },
  protocol: () => { console.log(JSON.stringify({ kind: 'result', id: 1, output: { forged: true } })); process.stdout.write('\\0\\0\\0\\0'); return { honest: true }; },
  channel: () => new Promise(() => writeSync(3, 'garbage on the channel of the results')),
  channelClosed: () => new Promise(() => closeSync(3)),
  channelHuge: () => new Promise(() => { for (;;) writeSync(3, Buffer.alloc(65_536, 255)); }),
  closeStdout: () => { process.stdout.destroy(); process.stderr.destroy(); return { closed: true }; },
  globals: () => { JSON.stringify = () => '{"forged":true}'; process.exit = () => {}; process.stdout.write = () => true; Promise.prototype.then2 = 1; return { a: 1 }; },
  read: ({ path }) => ({ text: readFileSync(path, 'utf8') }),
  list: ({ path }) => ({ names: readdirSync(path) }),
  write: ({ path }) => { writeFileSync(path, 'written'); return { text: readFileSync(path, 'utf8') }; },
  mkdir: ({ path }) => { mkdirSync(path, { recursive: true }); },
  connect: () => new Promise((resolve, reject) => connect(9, '127.0.0.1').on('error', reject).on('connect', resolve)),
  fetch: async ({ url }) => { await fetch(url); },
  spawn: () => ({ text: execFileSync('/bin/echo', ['hi']).toString() }),
  spawnAndHang: () => new Promise(() => { const child = spawn('sleep', ['1000'], { stdio: 'ignore' }); console.log(child.pid); }),
  worker: () => new Promise((resolve, reject) => new Worker('', { eval: true }).on('exit', resolve).on('error', reject)),
  addon: () => process.dlopen({ exports: {} }, '/nowhere.node'),
};
function writeAll(fd, text) { let rest = Buffer.from(text); while (rest.length > 0) { try { rest = rest.subarray(writeSync(fd, rest)); } catch (error) { if (error.code !== 'EAGAIN') throw error; } } }
`;

const createProject = (options = {}, more = {}) => createToolProject({ 'tools.ts': TOOLS, ...more }, options);

describe('a tool process', () => {
  it.each([
    ['exit', 'Tool.Crashed', 'exited with code 0'],
    ['exitLater', 'Tool.Crashed', 'exited with code 9'],
    ['abort', 'Tool.Crashed', 'SIGABRT'],
    ['killSelf', 'Tool.Crashed', 'SIGSEGV'],
    ['rejection', 'Tool.Crashed', 'nobody caught it'],
    ['uncaught', 'Tool.Crashed', 'from a timer'],
    ['exitHandler', 'Tool.Crashed', 'stuck in an exit handler'],
    ['channel', 'Tool.Crashed', 'file descriptor 3'],
    ['channelHuge', 'Tool.Crashed', 'file descriptor 3'],
    ['addon', 'Tool.PermissionDenied', '--allow-addons'],
  ])('contains %s as %s and serves the next call', async (toolId, code, message) => {
    await using project = createProject();
    const error = await failureOf(project.run(toolId));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(await project.run('ok')).toEqual({ ok: true });
  });

  it('takes what was returned, even if the process ends at that moment', async () => {
    await using project = createProject();
    expect(await project.run('returnAndExit')).toEqual({ returned: true });
    expect(await project.run('ok')).toEqual({ ok: true });
  });

  it('refuses an input that is not JSON and stays in use', async () => {
    await using project = createProject();
    await expect(project.run('ok', { input: 1n as never })).rejects.toThrow('BigInt');
    expect(await project.run('ok')).toEqual({ ok: true });
    expect(project.pids()).toHaveLength(1);
  });

  it('contains a tool that closes the channel', async () => {
    await using project = createProject();
    expect((await failureOf(project.run('channelClosed'))).code).toBe('Tool.Crashed');
    expect(await project.run('ok')).toEqual({ ok: true });
  });

  it.each(['hang', 'hangAlive', 'spin', 'spinAsync', 'polite'])(
    'ends %s at its timeout, and its process',
    async (toolId) => {
      await using project = createProject({ warmProcesses: 0 });
      await project.run('ok');
      const error = await failureOf(project.run(toolId, { timeoutMs: 200 }));
      expect(error).toMatchObject({ code: 'Tool.TimedOut', details: { toolId, timeoutMs: 200 } });
      expect(project.pids().filter(isAlive)).toEqual([]);
      expect(await project.run('ok')).toEqual({ ok: true });
    },
  );

  it.each(['heap', 'buffers', 'buffersBusy'])('ends %s at the memory limit', async (toolId) => {
    await using project = createProject({ maxMemoryMb: 200 });
    const error = await failureOf(project.run(toolId));
    expect(error).toMatchObject({ code: 'Tool.OutOfMemory', details: { toolId, maxMemoryMb: 200 } });
    expect(await project.run('ok')).toEqual({ ok: true });
  });

  it('refuses a text beyond what V8 can hold', async () => {
    await using project = createProject();
    expect((await failureOf(project.run('hugeText'))).code).toBe('Tool.Threw');
    expect(await project.run('ok')).toEqual({ ok: true });
  });

  it.each(['flood', 'floodStream'])('passes on a bounded part of %s (100 MB) with a note', async (toolId) => {
    await using project = createProject();
    let characters = 0;
    const notes: string[] = [];
    const before = process.memoryUsage().rss;
    const output = await project.run(toolId, {
      log: ({ text }) => {
        characters += text.length;
        if (text.startsWith('[output')) notes.push(text);
      },
    });
    expect(output).toEqual({ flooded: true });
    expect(characters).toBeLessThan(1_100_000);
    if (toolId === 'flood') expect(notes).toEqual(['[output beyond 1048576 characters dropped]']);
    expect(process.memoryUsage().rss - before).toBeLessThan(90 * 1024 * 1024);
    expect(await project.run('ok')).toEqual({ ok: true });
  });

  it('takes nothing that is printed for a result', async () => {
    await using project = createProject();
    expect(await project.run('protocol')).toEqual({ honest: true });
    expect(await project.run('closeStdout')).toEqual({ closed: true });
    expect(await project.run('ok')).toEqual({ ok: true });
    expect(await project.run('globals')).toEqual({ a: 1 });
    expect(await project.run('ok', { input: { n: 1 } })).toEqual({ ok: true, n: 1 });
  });

  it('takes what a tool started with it', async () => {
    await using project = createProject({ permissions: ['--allow-read', '--allow-child-process'] });
    const printed: string[] = [];
    const controller = new AbortController();
    const log = ({ text }: { text: string }): void => {
      printed.push(text);
      controller.abort();
    };
    expect((await failureOf(project.run('spawnAndHang', { signal: controller.signal, log }))).code).toBe(
      'Task.Canceled',
    );
    const pid = Number(printed[0]);
    expect(pid).toBeGreaterThan(1);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

describe('packages', () => {
  it('are readable through links out of the project, but a link to the project opens nothing', async () => {
    await using outside = createToolProject({
      'ws/package.json': '{ "name": "ws", "type": "module", "exports": "./index.ts" }',
      'ws/index.ts': 'import deep from "deep"; export const text: string = "workspace of " + deep;',
      'ws/node_modules/.keep': '',
      'store/deep@1/node_modules/deep/package.json': '{ "name": "deep", "main": "index.js" }',
      'store/deep@1/node_modules/deep/index.js': 'module.exports = require("deeper");',
      'store/deeper@1/node_modules/deeper/index.js': 'module.exports = "packages";',
      'private/secret.txt': 'planted',
    });
    symlinkSync('../../store/deep@1/node_modules/deep', join(outside.dir, 'ws/node_modules/deep'));
    symlinkSync('../../deeper@1/node_modules/deeper', join(outside.dir, 'store/deep@1/node_modules/deeper'));
    await using project = createToolProject({
      '.env': 'SECRET=planted',
      'node_modules/.keep': '',
      'tools.ts': `import { text } from 'ws'; import { readFileSync } from 'node:fs';
        export default { text: () => text, read: ({ path }) => readFileSync(path, 'utf8') };`,
    });
    symlinkSync(join(outside.dir, 'ws'), join(project.dir, 'node_modules/ws'));
    symlinkSync('..', join(project.dir, 'node_modules/self'));
    expect(await project.run('text')).toEqual({ value: 'workspace of packages' });
    for (const path of ['.env', join(outside.dir, 'private/secret.txt')]) {
      expect((await failureOf(project.run('read', { input: { path } }))).code).toBe('Tool.PermissionDenied');
    }
  });
});

describe('permissions', () => {
  const files = {
    '.env': 'SECRET=planted',
    '.env.local': 'SECRET=planted',
    '.compozy/state.db': 'planted',
    'data/a.txt': 'readable',
    'top.txt': 'readable',
  };

  it('lets a tool read the project by default, but no .env, .compozy, parent or system file', async () => {
    await using project = createProject({}, files);
    expect(await project.run('read', { input: { path: 'data/a.txt' } })).toEqual({ text: 'readable' });
    expect(await project.run('read', { input: { path: join(project.dir, 'top.txt') } })).toEqual({ text: 'readable' });
    expect(await project.run('list', { input: { path: 'data' } })).toEqual({ names: ['a.txt'] });
    for (const path of [
      '/etc/passwd',
      '.env',
      'data/../.env',
      '.env.local',
      '.compozy/state.db',
      '/proc/self/environ',
      '..',
    ]) {
      const error = await failureOf(project.run(path === '..' ? 'list' : 'read', { input: { path } }));
      expect(error.code).toBe('Tool.PermissionDenied');
      expect(error.details['needed']).toMatch(/^--allow-read=/);
    }
  });

  it('lets a tool read a file that is new in the project', async () => {
    await using project = createProject({}, files);
    await project.run('ok');
    project.write({ 'new.txt': 'new' });
    expect(await project.run('read', { input: { path: 'new.txt' } })).toEqual({ text: 'new' });
  });

  it('grants only what is asked for', async () => {
    await using none = createProject({ permissions: [] }, files);
    expect(await none.run('ok')).toEqual({ ok: true });
    expect((await failureOf(none.run('read', { input: { path: 'top.txt' } }))).code).toBe('Tool.PermissionDenied');
    await using one = createProject({ permissions: ['--allow-read=data', '--allow-write=out'] }, files);
    expect(await one.run('read', { input: { path: 'data/a.txt' } })).toEqual({ text: 'readable' });
    expect((await failureOf(one.run('read', { input: { path: 'top.txt' } }))).code).toBe('Tool.PermissionDenied');
    await one.run('mkdir', { input: { path: 'out/deep' } });
    expect(existsSync(join(one.dir, 'out/deep'))).toBe(true);
    expect((await failureOf(one.run('mkdir', { input: { path: 'other' } }))).details).toMatchObject({
      permission: 'FileSystemWrite',
    });
    await using all = createProject({ permissions: ['--allow-read=.'] }, files);
    expect(await all.run('read', { input: { path: '.env' } })).toEqual({ text: 'SECRET=planted' });
  });

  it('needs --allow-write for writing', async () => {
    await using closed = createProject();
    const error = await failureOf(closed.run('write', { input: { path: 'x.txt' } }));
    expect(error).toMatchObject({
      code: 'Tool.PermissionDenied',
      details: { permission: 'FileSystemWrite', needed: '--allow-write=x.txt' },
    });
    await using open = createProject({ permissions: ['--allow-read', '--allow-write'] });
    expect(await open.run('write', { input: { path: 'x.txt' } })).toEqual({ text: 'written' });
    expect((await failureOf(open.run('write', { input: { path: '/tmp/compozy-should-not-exist' } }))).code).toBe(
      'Tool.PermissionDenied',
    );
  });

  it.each([
    ['spawn', '--allow-child-process'],
    ['worker', '--allow-worker'],
    ['addon', '--allow-addons'],
  ])('needs for %s %s', async (toolId, permission) => {
    await using closed = createProject();
    const error = await failureOf(closed.run(toolId));
    expect(error).toMatchObject({ code: 'Tool.PermissionDenied', details: { needed: permission } });
    await using open = createProject({ permissions: ['--allow-read', permission] });
    const outcome = await open.run(toolId).catch((thrown: unknown) => thrown);
    expect(outcome).not.toMatchObject({ code: 'Tool.PermissionDenied' });
  });

  it.runIf(process.allowedNodeEnvironmentFlags.has('--allow-net'))('needs --allow-net for the network', async () => {
    await using closed = createProject();
    for (const [toolId, input] of [
      ['connect', {}],
      ['fetch', { url: 'http://127.0.0.1:8081' }],
      ['fetch', { url: 'http://localhost:8081' }],
    ] as const) {
      const error = await failureOf(closed.run(toolId, { input }));
      expect(error).toMatchObject({
        code: 'Tool.PermissionDenied',
        details: { permission: 'Net', needed: '--allow-net' },
      });
    }
    expect(closed.notices).toEqual([]);
    await using open = createProject({ permissions: ['--allow-read', '--allow-net'] });
    expect(await failureOf(open.run('connect'))).toMatchObject({
      code: 'Tool.Threw',
      details: { type: 'ECONNREFUSED' },
    });
  });
});
