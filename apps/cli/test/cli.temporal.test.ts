import { once } from 'node:events';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunView } from '@compozy/core';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { compozy, createFolder, greeting, startCompozy } from './cli-session.js';

let server: DevServer;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  server = await startDevServer();
  env = { TEMPORAL_HOST_PORT: server.address };
});

afterAll(() => server?.stop());

describe('compozy run', () => {
  it('prints exactly one JSON object on stdout and exits with 0', async () => {
    await using folder = await createFolder(greeting);
    const { code, stdout, stderr } = await compozy(
      ['run', '--project', folder.dir, '--input', '{"name":"Ada"}', '--json'],
      { env },
    );
    const view = JSON.parse(stdout) as RunView;
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(Object.keys(view).toSorted()).toEqual([
      'ended_at',
      'error',
      'input',
      'output',
      'started_at',
      'status',
      'tasks',
      'usage',
      'workflow_exec_id',
      'workflow_id',
    ]);
    expect(view).toMatchObject({ workflow_id: 'hello', status: 'SUCCESS', output: { text: 'Hello Ada' }, error: null });
    expect(view.tasks['greet']).toMatchObject({
      task_id: 'greet',
      type: 'basic',
      status: 'SUCCESS',
      attempts: 1,
      input: { name: 'Ada' },
    });
    expect(view.tasks['greet']!.task_exec_id).toMatch(/^[0-9A-Za-z]{27}$/);
  });

  it('takes the input from a file and from standard input, and applies defaults', async () => {
    await using folder = await createFolder({ ...greeting, 'input.json': '{"name":"file"}' });
    const run = (input: string, stdin?: string) =>
      compozy(['run', 'hello', '-p', folder.dir, '--input', input], {
        env,
        ...(stdin === undefined ? {} : { input: stdin }),
      });
    expect(JSON.parse((await run(`@${path.join(folder.dir, 'input.json')}`)).stdout)).toEqual({ text: 'Hello file' });
    expect(JSON.parse((await run('-', '{}')).stdout)).toEqual({ text: 'Hello world' });
  });

  it('runs one task alone, which a definition in a file of its own is', async () => {
    await using folder = await createFolder({
      ...greeting,
      'compozy.yaml': `${greeting['compozy.yaml']}autoload: { enabled: true, strict: true, include: ["*.task.yaml"] }\n`,
      'polite.task.yaml': 'resource: task\nid: polite\ntool: greet\nwith: { name: nobody }\n',
    });
    const { stdout } = await compozy(['run', 'task:polite', '-p', folder.dir, '-i', '{"name":"Ada"}'], { env });
    expect(JSON.parse(stdout)).toEqual({ text: 'Hello Ada' });
    const unknown = await compozy(['run', 'task:polight', '-p', folder.dir], { env });
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('Did you mean "task:polite"?');
  });

  it('exits with 1 when the run fails, and says why', async () => {
    const workflow = 'id: broken\ntasks: [{ id: a, type: basic, tool: fail, retries: 0 }]\n';
    await using folder = await createFolder({ ...greeting, 'workflow.yaml': workflow });
    const { code, stdout, stderr } = await compozy(['run', '-p', folder.dir, '--json'], { env });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'FAILED',
      error: { code: 'Tool.Threw', message: 'out of paper' },
      tasks: { a: { status: 'FAILED' } },
    });
    expect(stderr).toContain('out of paper');
  });

  it('says where the tool was when it threw', async () => {
    const workflow = 'id: broken\ntasks: [{ id: a, type: basic, tool: fail, retries: 0 }]\n';
    await using folder = await createFolder({ ...greeting, 'workflow.yaml': workflow });
    const { stderr } = await compozy(['run', '-p', folder.dir], { env });
    expect(stderr).toMatch(
      /FAILED: Tool\.Threw out of paper \(workflow\.yaml:2:\d+\)\n {2}at \S*fail \(tools\.ts:3:\d+\)\n/,
    );
  });

  it('says where the task stands whose expression failed', async () => {
    const workflow =
      'id: broken\ntasks:\n  - { id: a, type: basic, tool: greet, with: { name: "{{ .workflow.input.nobody }}" } }\n';
    await using folder = await createFolder({ ...greeting, 'workflow.yaml': workflow });
    const { code, stderr } = await compozy(['run', '-p', folder.dir], { env });
    expect(code).toBe(1);
    expect(stderr).toContain('FAILED: Template.UnknownPath');
    expect(stderr).toContain('workflow.yaml:3:5');
  });

  it.each([
    ['an unknown option', ['run', '--nonsense']],
    ['an unknown workflow', ['run', 'nobody']],
    ['input that is no JSON', ['run', '--input', '{']],
    ['an input file that is not there', ['run', '--input', '@nowhere.json']],
    ['an unknown command', ['dance']],
  ])('exits with 2 on %s', async (_name, args) => {
    await using folder = await createFolder(greeting);
    const where = args[0] === 'run' ? ['--project', folder.dir] : [];
    const { code, stdout, stderr } = await compozy([...args, ...where], { env });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  it('exits with 2 and one report for an invalid project', async () => {
    await using folder = await createFolder({
      ...greeting,
      'workflow.yaml': 'id: x\ntasks:\n  - { id: a, type: basic, tool: gret }\n',
    });
    const { code, stderr } = await compozy(['run', '-p', folder.dir], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('workflow.yaml:3:');
    expect(stderr).toContain('greet');
  });

  it('says in one line that no server answers', async () => {
    await using folder = await createFolder(greeting);
    const { code, stderr } = await compozy(['run', '-p', folder.dir, '--address', '127.0.0.1:1'], {});
    expect(code).toBe(1);
    expect(stderr).toContain('Server.Unreachable');
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});

describe('compozy dev', () => {
  it('takes up a changed workflow and a changed tool without a restart, and keeps the last good version', async () => {
    await using folder = await createFolder(greeting);
    const dev = startCompozy(['dev', '-p', folder.dir, '--api-port', '0'], env);
    let output = '';
    dev.stderr!.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    const seen = async (needle: string, from = 0) => {
      while (!output.slice(from).includes(needle)) {
        if (dev.exitCode !== null) throw new Error(output);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const replace = async (name: string, content: string) => {
      await writeFile(path.join(folder.dir, `${name}.new`), content);
      await rename(path.join(folder.dir, `${name}.new`), path.join(folder.dir, name));
    };
    const greet = async (workflow = 'hello') => {
      const { Client, Connection } = await import('@temporalio/client');
      const connection = await Connection.connect({ address: server.address });
      const client = new Client({ connection });
      const view = (await client.workflow.execute(workflow, {
        taskQueue: 'compozy-greeting',
        workflowId: `${workflow}-${Math.random()}`,
        args: [{}],
      })) as RunView;
      await connection.close();
      return view.output;
    };
    try {
      await seen('compozy-greeting');
      expect(await greet()).toEqual({ text: 'Hello world' });
      const api = /http:\/\/127\.0\.0\.1:\d+\/api\/v0/.exec(output)![0];
      const served = async () => {
        const { workflows } = (await (await fetch(`${api}/workflows`)).json()) as {
          workflows: { workflow_id: string }[];
        };
        return workflows.map(({ workflow_id: id }) => id);
      };
      expect(await served()).toEqual(['hello']);

      let from = output.length;
      await replace('tools.ts', greeting['tools.ts'].replace('Hello', 'Welcome'));
      await seen('reloaded', from);
      // A file that is replaced changes twice.
      await expect.poll(() => greet()).toEqual({ text: 'Welcome world' });

      from = output.length;
      await replace('workflow.yaml', greeting['workflow.yaml'].replace('default: world', 'default: moon'));
      await seen('reloaded', from);
      await expect.poll(() => greet()).toEqual({ text: 'Welcome moon' });

      from = output.length;
      const compozyYaml = `${greeting['compozy.yaml']}\nautoload: { enabled: true, include: [parts/*.yaml] }\n`;
      await mkdir(path.join(folder.dir, 'parts'));
      await replace('compozy.yaml', compozyYaml);
      await seen('reloaded', from);
      from = output.length;
      await replace('parts/second.yaml', `resource: workflow\n${greeting['workflow.yaml'].replace('hello', 'second')}`);
      await seen('reloaded: hello, second', from);
      expect(await greet('second')).toEqual({ text: 'Welcome world' });
      expect(await served()).toEqual(['hello', 'second']);

      from = output.length;
      await replace('workflow.yaml', 'id: [');
      await seen('stays in place', from);
      expect(await greet()).toEqual({ text: 'Welcome moon' });
    } finally {
      dev.kill('SIGTERM');
      await once(dev, 'close');
    }
    expect(dev.exitCode).toBe(0);
  });
});

describe('compozy validate', () => {
  it('exits with 0 for a good project and with 2 for a bad one, as text and as JSON', async () => {
    await using good = await createFolder(greeting);
    await using bad = await createFolder({ ...greeting, 'workflow.yaml': 'id: x\ntaks: []\n' });
    expect((await compozy(['validate', good.dir])).code).toBe(0);
    expect(JSON.parse((await compozy(['validate', good.dir, '--json'])).stdout)).toEqual({
      valid: true,
      diagnostics: [],
    });
    const { code, stdout } = await compozy(['validate', bad.dir, '--json']);
    expect(code).toBe(2);
    const { valid, diagnostics } = JSON.parse(stdout) as { valid: boolean; diagnostics: object[] };
    expect(valid).toBe(false);
    expect(diagnostics[0]).toMatchObject({
      severity: 'error',
      file: 'workflow.yaml',
      line: 2,
      column: 1,
      suggestion: expect.stringContaining('tasks') as string,
    });
  });
});
