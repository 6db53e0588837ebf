import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sign } from '@octokit/webhooks-methods';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import { loadProject } from '@compozy/core/loader';
import { startDevServer } from '@compozy/dev-server';
import { createSqliteStore } from '@compozy/store';
import { createProjectHost, createWorker, createWorkerRuns, startServer } from '@compozy/worker';
import { callServer } from './call-server.js';

const FILES = {
  '.env': 'HOOK_SECRET=s3cret-of-hooks\n',
  'compozy.yaml': 'name: hooked\nworkflows: [{ source: ./main.yaml }]\n',
  'main.yaml': `id: main
triggers:
  - type: webhook
    webhook:
      slug: hub
      verify: { strategy: github, secret: '{{ .env.HOOK_SECRET }}' }
      events: [{ name: pushed, filter: "headers['x-github-event'] == 'push'", input: { ref: '{{ .payload.ref }}' } }]
tasks:
  - { id: a, type: aggregate, outputs: { text: '{{ .workflow.input.ref }} by {{ .trigger.type }}' } }
outputs: { text: '{{ .tasks.a.output.text }}' }
`,
};

it('a webhook starts a run, once for a delivery', async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-webhook-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
  const project = await loadProject(dir);
  const host = createProjectHost(project);
  const blobs = createMemoryBlobStore();
  const store = createSqliteStore({ path: ':memory:' });
  const temporal = await startDevServer();
  const worker = await createWorker({ project, blobs, store, temporal: { hostPort: temporal.address } });
  const server = await startServer({
    api: {
      project: host,
      store,
      runs: createWorkerRuns({ worker, project: host, blobs, store }),
      events: {
        send: async (event) => void (await worker.sendEvent(event)),
        replay: async () => undefined,
      },
    },
    checks: [],
    host: '127.0.0.1',
    port: 0,
    healthPort: 0,
    drainDelayMs: 0,
  });
  try {
    await worker.setup();
    const url = `http://127.0.0.1:${server.port}`;
    const raw = JSON.stringify({ ref: 'refs/heads/main' });
    const push = async (delivery: string) => {
      const headers = {
        'x-hub-signature-256': await sign('s3cret-of-hooks', raw),
        'x-github-delivery': delivery,
        'x-github-event': 'push',
      };
      const answer = await callServer(url, 'POST', '/api/v0/hooks/hub', { raw, headers });
      expect(answer).toMatchObject({ status: 202, body: { status: 'accepted', event: 'pushed' } });
      return answer.body['event_id'] as string;
    };
    const first = await push('d1');
    expect(await push('d1')).toBe(first);
    const other = await push('d2');
    const startedBy = async (eventId: string) => (await store.events.get('hooked', eventId))?.started ?? [];
    await expect.poll(() => startedBy(first)).toHaveLength(1);
    await expect.poll(() => startedBy(other)).toHaveLength(1);
    const workflowExecId = (await startedBy(first))[0]?.workflowExecId;
    const read = async () => (await callServer(url, 'GET', `/api/v0/executions/workflows/${workflowExecId}`)).body;
    await expect.poll(read).toMatchObject({ status: 'SUCCESS', output: { text: 'refs/heads/main by webhook' } });
    const listed = async () => (await callServer(url, 'GET', '/api/v0/workflows/main/executions')).body['executions'];
    await expect.poll(listed).toHaveLength(2);
    // What verifies a webhook is none of a run's business, so a secret that is written in the file stays there.
    const run = worker.client.workflow.getHandle(`main-${workflowExecId}`);
    // The row is written right before the run ends.
    await run.result();
    const history = await run.fetchHistory();
    const texts = JSON.stringify(history).replaceAll(/"data":"([^"]*)"/g, (_all, data: string) =>
      Buffer.from(data, 'base64').toString('utf8'),
    );
    expect(texts).toContain('refs/heads/main by webhook');
    expect(texts).not.toContain('HOOK_SECRET');
  } finally {
    await server.drain(2_000);
    await worker.stop();
    await server.close();
    await store.close();
    await temporal.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
