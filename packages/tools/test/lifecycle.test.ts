import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createToolProject, failureOf, isAlive } from './tool-project.js';

const TOOLS = `
const loaded = process.env.NAME ?? 'none';
let calls = 0;
export default {
  who: () => ({ pid: process.pid, loaded, calls: ++calls }),
  hold: (_input, _config, { signal, logger }) => new Promise((resolve) => {
    signal.addEventListener('abort', () => { logger.info('aborted ' + signal.reason.name); resolve({}); });
    logger.info('holding');
  }),
  stubborn: (_input, _config, { logger }) => { logger.info('holding'); return new Promise(() => {}); },
  crash: () => process.exit(1),
  later: () => { setTimeout(() => process.exit(1), 20); },
};
`;

const createProject = (options = {}) => createToolProject({ 'tools.ts': TOOLS }, options);

/** A promise for the moment at which the tool says that it runs. */
function started() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const printed: string[] = [];
  const log = ({ text }: { text: string }): void => {
    printed.push(text);
    if (text.endsWith('holding')) resolve();
  };
  return { promise, log, printed };
}

describe('the pool', () => {
  it('uses a warm process again, one call at a time', async () => {
    await using project = createProject();
    const first = await project.run('who');
    expect(await project.run('who')).toEqual({ ...(first as object), calls: 2 });
  });

  it('runs calls side by side up to the limit and keeps the rest in order', async () => {
    await using project = createProject({ maxProcesses: 2 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => project.run('who')));
    expect(new Set(answers.map((answer) => (answer as { pid: number }).pid)).size).toBeLessThanOrEqual(2);
    expect(answers).toHaveLength(20);
    expect(project.pids().length).toBeLessThanOrEqual(2);
  });

  it('never shares a process between environments, and makes room by ending the one idle longest', async () => {
    await using project = createProject({ maxProcesses: 2, warmProcesses: 0 });
    for (const NAME of ['a', 'b', 'c', 'a']) {
      expect(await project.run('who', { env: { NAME } })).toMatchObject({ loaded: NAME, calls: 1 });
    }
    expect(await project.run('who', { env: { NAME: 'c' } })).toMatchObject({ loaded: 'c', calls: 2 });
    const names = Array.from({ length: 30 }, (_, index) => `n${index % 3}`);
    const answers = await Promise.all(names.map((NAME) => project.run('who', { env: { NAME } })));
    expect(answers.map((answer) => (answer as { loaded: string }).loaded)).toEqual(names);
  });

  it('does not let calls that fit a free process pass others for ever', async () => {
    await using project = createProject({ maxProcesses: 1 });
    const finished: string[] = [];
    const names = ['a', 'b', ...Array.from({ length: 40 }, () => 'a')];
    await Promise.all(names.map(async (NAME) => finished.push((await project.run('who', { env: { NAME } }), NAME))));
    expect(finished).toHaveLength(42);
    expect(finished.indexOf('b')).toBeGreaterThan(1);
    expect(finished.indexOf('b')).toBeLessThan(15);
  });

  it('replaces a process that crashed before anybody asks', async () => {
    await using project = createProject({ warmProcesses: 1 });
    await failureOf(project.run('crash'));
    await expect.poll(() => project.events.filter((event) => event.kind === 'ready').length).toBe(2);
  });

  it('does not notice that an idle process ended, except by using another', async () => {
    await using project = createProject({ warmProcesses: 0 });
    await project.run('later');
    await expect.poll(() => project.events.some((event) => event.kind === 'exited')).toBe(true);
    expect(await project.run('who')).toMatchObject({ calls: 1 });
    const [pid] = project.pids().filter(isAlive);
    process.kill(pid ?? 0, 'SIGKILL');
    expect(await project.run('who')).toMatchObject({ calls: 1 });
  });

  it('ends idle processes, except those that it keeps warm', async () => {
    await using project = createProject({ idleTimeoutMs: 50, warmProcesses: 1 });
    await Promise.all([project.run('who', { env: { NAME: 'a' } }), project.run('who', { env: { NAME: 'b' } })]);
    await expect.poll(() => project.events).toContainEqual(expect.objectContaining({ kind: 'exited', reason: 'idle' }));
    expect(project.pids().filter(isAlive)).toHaveLength(1);
  });
});

describe('cancellation', () => {
  it.each([
    ['hold', 20_000],
    ['stubborn', 50],
  ])('ends %s and frees its slot', async (toolId, killGraceMs) => {
    await using project = createProject({ maxProcesses: 1, warmProcesses: 0, killGraceMs });
    const controller = new AbortController();
    const { promise, log, printed } = started();
    const call = failureOf(project.run(toolId, { signal: controller.signal, log }));
    await promise;
    controller.abort();
    expect((await call).code).toBe('Task.Canceled');
    expect(printed).toEqual(toolId === 'hold' ? ['[info] holding', '[info] aborted AbortError'] : ['[info] holding']);
    expect(project.pids().filter(isAlive)).toEqual([]);
    expect(await project.run('who')).toMatchObject({ calls: 1 });
  });

  it('takes a call out of the queue at once', async () => {
    await using project = createProject({ maxProcesses: 1 });
    const holding = new AbortController();
    const { promise, log } = started();
    const first = failureOf(project.run('hold', { signal: holding.signal, log }));
    await promise;
    const waiting = new AbortController();
    const second = failureOf(project.run('who', { signal: waiting.signal }));
    waiting.abort();
    expect((await second).code).toBe('Task.Canceled');
    expect((await failureOf(project.run('who', { signal: AbortSignal.abort() }))).code).toBe('Task.Canceled');
    holding.abort();
    expect((await first).code).toBe('Task.Canceled');
  });
});

const reloadable = (version: number) => `
      import { part } from './part.js';
      export default {
        version: () => ({ version: ${version}, part }),
        slow: (_input, _config, { signal, logger }) => new Promise((resolve) => {
          logger.info('holding');
          process.once('SIGUSR2', () => resolve({ version: ${version} }));
        }),
      };`;

describe('reload', () => {
  it('lets running calls finish on the old code and gives new calls the new code', async () => {
    await using project = createToolProject({ 'tools.ts': reloadable(1), 'part.ts': 'export const part = 1;' });
    const { promise, log } = started();
    const slow = project.run('slow', { log });
    await promise;
    const [old] = project.pids();
    expect(await project.runtime.reload()).toMatchObject({ changed: false });
    expect(await project.runtime.inputFiles()).toEqual(
      expect.arrayContaining([join(project.dir, 'tools.ts'), join(project.dir, 'part.ts')]),
    );
    project.write({ 'tools.ts': reloadable(2), 'part.ts': 'export const part = 2;' });
    expect(await project.runtime.reload()).toMatchObject({ changed: true });
    expect(await project.run('version')).toEqual({ version: 2, part: 2 });
    process.kill(old ?? 0, 'SIGUSR2');
    expect(await slow).toEqual({ version: 1 });
    await expect.poll(() => isAlive(old ?? 0)).toBe(false);
  });

  it('keeps the old code when the new one does not build', async () => {
    await using project = createToolProject({ 'tools.ts': 'export default { a: () => 1 };' });
    await project.run('a');
    project.write({ 'tools.ts': 'export default {' });
    expect((await failureOf(project.runtime.reload())).code).toBe('Tool.BuildFailed');
    expect(await project.run('a')).toEqual({ value: 1 });
    project.write({ 'tools.ts': 'export default { a: () => 2 };' });
    expect(await project.runtime.reload()).toMatchObject({ changed: true });
    expect(await project.run('a')).toEqual({ value: 2 });
  });
});

/** Node takes TypeScript, but not for imports that are written with `.js`. */
const TYPESCRIPT_HOOKS = `import { registerHooks } from 'node:module';
registerHooks({ resolve(specifier, context, next) {
  try { return next(specifier, context); } catch (error) {
    if (!specifier.endsWith('.js')) throw error;
    return next(specifier.replace(/\\.js$/, '.ts'), context);
  }
} });`;

/** A worker that prints what its processes do, leaves one tool running and ends in some way. */
function workerSource(toolId: string, end: string): string {
  const endings: Record<string, string> = {
    SIGKILL: 'setInterval(() => {}, 1000);',
    exit: 'setTimeout(() => process.exit(), 50);',
    close: 'await runtime.close();',
  };
  return `import { createToolRuntime } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
    const log = (event) => process.stdout.write(JSON.stringify(event) + '\\n');
    const runtime = createToolRuntime({ projectDir: import.meta.dirname, entrypoint: 'tools.ts', onProcess: log });
    const call = { input: {}, config: {}, env: {}, timeoutMs: 1e9, idempotencyKey: 'k', signal: new AbortController().signal };
    await runtime.run({ ...call, toolId: 'idle' });
    runtime.run({ ...call, toolId: ${JSON.stringify(toolId)} }).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    log({ kind: 'running' });
    ${endings[end]}`;
}

describe('the end', () => {
  it('leaves no process after close, whatever is running', async () => {
    await using project = createProject({ maxProcesses: 3 });
    const one = started();
    const two = started();
    const calls = [
      failureOf(project.run('hold', { log: one.log })),
      failureOf(project.run('stubborn', { log: two.log })),
    ];
    await Promise.all([one.promise, two.promise, project.run('who')]);
    const queued = Array.from({ length: 5 }, () => project.run('who').catch((error: unknown) => error));
    await project.runtime.close();
    expect((await Promise.all(calls)).map((error) => error.code)).toEqual(['Tool.Crashed', 'Tool.Crashed']);
    await Promise.all(queued);
    expect(project.pids().length).toBeGreaterThanOrEqual(3);
    expect(project.pids().filter(isAlive)).toEqual([]);
    expect((await failureOf(project.run('who'))).message).toContain('closed');
    expect(project.pids().filter(isAlive)).toEqual([]);
  });

  it('lets running and waiting calls finish when it is drained', async () => {
    await using project = createProject({ maxProcesses: 1 });
    const calls = Array.from({ length: 5 }, () => project.run('who'));
    await project.runtime.drain();
    expect(await Promise.all(calls)).toHaveLength(5);
    expect((await failureOf(project.run('who'))).message).toContain('closed');
    expect(project.pids().filter(isAlive)).toEqual([]);
  });

  const canAskKernel = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0;

  it.each([
    ['SIGKILL', 'idle', false],
    ['SIGKILL', 'hang', false],
    ['SIGKILL', 'spin', true],
    ['exit', 'hang', false],
    ['close', 'idle', false],
  ])('leaves no process when the worker ends by %s beside a tool that is %s', async (end, toolId, needsKernel) => {
    if (needsKernel && !canAskKernel) return;
    await using project = createToolProject({
      'tools.ts': 'export default { idle: () => 1, hang: () => new Promise(() => {}), spin: () => { for (;;); } };',
    });
    project.write({ 'worker.mjs': workerSource(toolId, end), 'hooks.mjs': TYPESCRIPT_HOOKS });
    const worker = spawn(
      process.execPath,
      [
        '--conditions=@compozy/source',
        '--import',
        pathToFileURL(join(project.dir, 'hooks.mjs')).href,
        join(project.dir, 'worker.mjs'),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'] } },
    );
    const pids: number[] = [];
    for await (const line of createInterface({ input: worker.stdout })) {
      const event = JSON.parse(line) as { kind: string; pid?: number };
      if (event.kind === 'started') pids.push(event.pid ?? 0);
      if (event.kind === 'running') break;
    }
    expect(pids.length).toBeGreaterThan(0);
    if (end === 'SIGKILL') expect(pids.filter(isAlive)).toEqual(pids);
    if (end === 'SIGKILL') worker.kill('SIGKILL');
    if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
    if (end === 'close') expect(worker.exitCode).toBe(0);
    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
  });
});
