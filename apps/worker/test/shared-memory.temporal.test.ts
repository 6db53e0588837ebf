import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createPostgresStore } from '@compozy/store';
import { createWorker } from '@compozy/worker';
import { postgresMissing, startPostgres } from '../../../packages/store/test/servers/start-postgres.js';
import { callServer } from './call-server.js';
import { createProjectFolder } from './settings/project-folder.js';
import { startHost, type Host } from './settings/start-host.js';

const FILES = {
  'compozy.yaml': `name: shop
workflows: [{ source: ./say.yaml }, { source: ./recall.yaml }]
memories: [{ id: chat, type: buffer }]
`,
  'say.yaml': `id: say
tasks:
  - { id: a, type: memory, operation: append, memory_ref: chat, key_template: ada, payload: "{{ .workflow.input.text }}" }
`,
  'recall.yaml': `id: recall
tasks:
  - id: a
    type: memory
    operation: read
    memory_ref: chat
    key_template: ada
outputs: { messages: "{{ .tasks.a.output.messages }}" }
`,
};

let temporal: DevServer;

beforeAll(async () => {
  temporal = await startDevServer();
});

afterAll(() => temporal?.stop());

const reason = postgresMissing === undefined ? '' : ` (skipped: ${postgresMissing})`;

describe.skipIf(postgresMissing !== undefined)(`createWorker with a store in PostgreSQL${reason}`, () => {
  it('serves a project without memories, and is not made to serve one that has some', async () => {
    await using postgres = await startPostgres();
    await using store = createPostgresStore({ url: postgres.createDatabase() });
    await using plain = await createProjectFolder();
    await using remembering = await createProjectFolder('', FILES);
    const worker = await createWorker({
      project: await loadProject(plain.dir),
      store,
      temporal: { hostPort: temporal.address, taskQueue: 'plain' },
    });
    try {
      await worker.setup();
      await worker.healthCheck();
      const reloaded = worker.reload(await loadProject(remembering.dir));
      await expect(reloaded).rejects.toMatchObject({ code: 'Config.Invalid', details: { memory: 'chat' } });
      expect(worker.project.workflowIds()).toEqual(['one']);
    } finally {
      await worker.stop();
    }
  });
});

describe.skipIf(postgresMissing !== undefined)(`two hosts with one PostgreSQL${reason}`, () => {
  it('have one memory: what a task of one appends, a task of the other reads; and both say when it is down', async () => {
    await using postgres = await startPostgres();
    const url = postgres.createDatabase();
    // A folder and a queue of its own for each, so that it is known who does a task.
    const start = async (queue: string) => {
      const folder = await createProjectFolder('', FILES);
      const environment = {
        COMPOZY_PROJECT_DIR: folder.dir,
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_TASK_QUEUE: queue,
        DB_CONN_STRING: url,
      };
      return { folder, host: await startHost({ environment }) };
    };
    const hosts = await Promise.all([start('ada'), start('bob')]);
    const [ada, bob] = hosts.map(({ host }) => host) as [Host, Host];
    const run = async (host: Host, workflow: string, input = {}) => {
      const sync = `/api/v0/workflows/${workflow}/executions/sync`;
      const { body } = await callServer(host.url, 'POST', sync, { body: { input, timeout: 200 } });
      expect(body).toMatchObject({ workflow: { status: 'SUCCESS' } });
      return (body as { workflow: { output: unknown } }).workflow.output;
    };
    try {
      await run(ada, 'say', { text: 'one' });
      await run(bob, 'say', { text: 'two' });
      const said = { messages: [{ content: 'one' }, { content: 'two' }] };
      for (const host of [ada, bob]) {
        expect(await run(host, 'recall')).toMatchObject(said);
        const route = '/api/v0/memory/chat/read?key=ada';
        expect((await callServer(host.url, 'GET', route)).body).toMatchObject(said);
        const health = await callServer(host.url, 'GET', '/api/v0/health');
        expect(health).toMatchObject({ status: 200, body: { checks: { store: 'up', memory: 'up' } } });
      }
      await postgres.stop();
      for (const host of [ada, bob]) {
        const health = () => callServer(host.url, 'GET', '/api/v0/health');
        await expect
          .poll(health)
          .toMatchObject({ status: 503, body: { checks: { temporal: 'up', store: 'down', memory: 'down' } } });
        const ready = async () => (await (await fetch(`${host.healthUrl}/ready`)).json()) as object;
        await expect.poll(ready).toMatchObject({ status: 'unready', checks: { memory: 'down' } });
        const memories = await callServer(host.url, 'GET', '/api/v0/memory/health');
        expect(memories).toMatchObject({ status: 200, body: { healthy: false, memories: [{ id: 'chat' }] } });
      }
      // A task of a run waits until the memory is back.
      const late = run(bob, 'say', { text: 'three' });
      await postgres.start();
      await late;
      expect(await run(ada, 'recall')).toMatchObject({ messages: [{}, {}, { content: 'three' }] });
      expect(ada.lines.map(({ message }) => message).join('\n')).not.toContain('postgres://');
    } finally {
      for (const { folder, host } of hosts) {
        host.kill('SIGTERM');
        await host.exited;
        await folder[Symbol.asyncDispose]();
      }
    }
  });
});
