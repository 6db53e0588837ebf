import { describe, expect, it } from 'vitest';
import { combineToolRunners, createFunctionTools, type ToolContext } from '../src/index.js';
import { createToolProject, failureOfTool, toCall } from './tool-project.js';

const tools = {
  echo: (input: { n: number }, config: object, context: ToolContext) => ({
    input,
    config,
    env: context.env,
    key: context.idempotencyKey,
  }),
  mutate: (input: { list: number[] }) => input.list.push(1),
  say: (_input: object, _config: object, { logger }: ToolContext) => logger.error('careful', { a: 1 }),
  boom: () => {
    throw Object.assign(new TypeError('boom'), { code: 'E_BOOM', retryable: false });
  },
  bad: () => ({ f: () => 1 }),
  big: () => 'x'.repeat(2_000),
  polite: (_input: object, _config: object, { signal }: ToolContext) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
  deaf: () => new Promise(() => {}),
};

const create = () => createFunctionTools(tools, { killGraceMs: 20, outputLimitBytes: 1_000 });

describe('createFunctionTools', () => {
  it('calls functions with copies of their arguments', async () => {
    const runner = create();
    expect(await runner.run(toCall('echo', { input: { n: 1 }, config: { c: 2 }, env: { A: 'b' } }))).toEqual({
      input: { n: 1 },
      config: { c: 2 },
      env: { A: 'b' },
      key: 'key',
    });
    const input = { list: [] };
    expect(await runner.run(toCall('mutate', { input }))).toEqual({ value: 1 });
    expect(input).toEqual({ list: [] });
    expect(await runner.toolIds()).toEqual(Object.keys(tools));
  });

  it('passes on what the logger gets', async () => {
    const lines: unknown[] = [];
    expect(await create().run(toCall('say', { log: (line) => lines.push(line) }))).toEqual({});
    expect(lines).toEqual([{ stream: 'stderr', text: '[error] careful {"a":1}' }]);
  });

  it.each([
    ['boom', 'Tool.Threw'],
    ['bad', 'Tool.OutputNotJson'],
    ['big', 'Tool.OutputTooLarge'],
    ['bom', 'Tool.NotFound'],
    ['polite', 'Tool.TimedOut'],
    ['deaf', 'Tool.TimedOut'],
  ])('fails %s with %s', async (toolId, code) => {
    expect((await failureOfTool(create(), toolId, { timeoutMs: 20 })).code).toBe(code);
  });

  it.each(['polite', 'deaf'])('cancels %s', async (toolId) => {
    const controller = new AbortController();
    const failure = failureOfTool(create(), toolId, { signal: controller.signal });
    controller.abort();
    expect((await failure).code).toBe('Task.Canceled');
    expect((await failureOfTool(create(), toolId, { signal: AbortSignal.abort() })).code).toBe('Task.Canceled');
  });

  it('refuses the same variables as a process', async () => {
    expect((await failureOfTool(create(), 'echo', { env: { LD_PRELOAD: 'x' } })).code).toBe('Config.Invalid');
  });

  it('gives up running calls when it is closed', async () => {
    const runner = create();
    const failures = ['polite', 'deaf'].map((toolId) => failureOfTool(runner, toolId));
    await runner.close();
    expect((await Promise.all(failures)).map((error) => error.code)).toEqual(['Tool.Crashed', 'Tool.Crashed']);
    expect((await failureOfTool(runner, 'echo')).code).toBe('Tool.Crashed');
  });
});

describe('combineToolRunners', () => {
  it('asks the first runner that has the tool', async () => {
    const runner = combineToolRunners(
      createFunctionTools({ a: () => 1 }),
      createFunctionTools({ a: () => 2, b: () => 3 }),
    );
    expect(await runner.run(toCall('a'))).toEqual({ value: 1 });
    expect(await runner.run(toCall('b'))).toEqual({ value: 3 });
    expect(await runner.toolIds()).toEqual(['a', 'b']);
    const error = await failureOfTool(runner, 'c');
    expect(error).toMatchObject({ code: 'Tool.NotFound', details: { candidates: ['a', 'b'] } });
  });

  it('tries runners that do not know their tools, and is not stopped by a broken build', async () => {
    await using unsure = createToolProject({
      'tools.ts':
        'if (!process.env.KEY) throw new Error("no key"); export default { late: () => ({ key: process.env.KEY }) };',
    });
    await using broken = createToolProject({ 'tools.ts': 'export default {' });
    const runner = combineToolRunners(createFunctionTools({ a: () => 1 }), unsure.runtime, broken.runtime);
    expect(await runner.toolIds().catch((error: unknown) => error)).toMatchObject({ code: 'Tool.BuildFailed' });
    expect(await runner.run(toCall('a'))).toEqual({ value: 1 });
    expect(await runner.run(toCall('late', { env: { KEY: 'k' } }))).toEqual({ key: 'k' });
    expect((await failureOfTool(runner, 'nowhere', { env: { KEY: 'k' } })).code).toBe('Tool.BuildFailed');
  });
});
