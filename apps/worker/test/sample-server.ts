import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import { loadProject } from '@compozy/core/loader';
import { createSqliteStore } from '@compozy/store';
import {
  createProjectHost,
  createWorker,
  createWorkerChecks,
  createWorkerRuns,
  startServer,
  type ApiDependencies,
  type CompozyWorker,
  type Server,
} from '@compozy/worker';

const FILES = {
  'compozy.yaml': `name: shop
workflows: [{ source: ./greet.yaml }, { source: ./hold.yaml }, { source: ./break.yaml }]
tools: [{ id: broken, description: Throws }, { id: flaky, description: Throws twice for each name }]
autoload: { enabled: true, strict: true, include: ["alone-*.yaml"] }
`,
  'greet.yaml': `id: greet
description: Says hello
config:
  input:
    type: object
    required: [name]
    properties: { name: { type: string, maxLength: 20 }, mood: { type: string, default: glad } }
tasks:
  - { id: first, type: aggregate, outputs: { text: "Hello {{ .workflow.input.name }}" } }
  - { id: second, type: aggregate, outputs: { mood: "{{ .workflow.input.mood }}" } }
outputs: { text: "{{ .tasks.first.output.text }}", mood: "{{ .tasks.second.output.mood }}" }
`,
  'hold.yaml': `id: hold
tasks:
  - { id: before, type: aggregate, outputs: { x: 1 } }
  - { id: gate, type: wait, wait_for: approval, condition: signal.payload.by != '' }
  - { id: after, type: aggregate, outputs: { by: "{{ .tasks.gate.output.signal.payload.by }}" } }
outputs: { by: "{{ .tasks.after.output.by }}" }
`,
  'break.yaml': `id: break
tasks: [{ id: fail, type: basic, use: tool(broken) }]
`,
  'alone-greet.yaml': `resource: task
id: greet
description: Greets
type: basic
tool: flaky
config: { retry_policy: { initial_interval: 10ms, maximum_attempts: 3 } }
input:
  type: object
  required: [name, mood]
  properties: { name: { type: string, maxLength: 20 }, mood: { type: string } }
with: { mood: glad }
output: { type: object, required: [text] }
`,
  'alone-fail.yaml': `resource: task
id: fail
tool: broken
retries: 0
`,
  'alone-gate.yaml': `resource: task
id: gate
type: wait
wait_for: approval
outputs: { by: "{{ .signal.payload.by }}" }
`,
  'alone-triage.yaml': `resource: task
id: triage
type: router
condition: "with.amount > 10 ? 'large' : 'small'"
routes: { large: approve, small: pay }
`,
  'alone-count.yaml': `resource: task
id: count
type: collection
input: { type: object, properties: { unit: { type: string, default: names } } }
items: "{{ .with.names }}"
task: { id: "one-{{ .index }}", type: aggregate, outputs: { size: "{{ len .item }}" } }
outputs: { text: "{{ len .with.names }} {{ .with.unit }}, the first has {{ .children.one-0.output.size }}" }
`,
};

export interface SampleServer extends AsyncDisposable {
  readonly url: string;
  readonly healthUrl: string;
  readonly worker: CompozyWorker;
  readonly server: Server;
  /** Stops what polls; the HTTP server goes on. */
  stopWorker(): Promise<void>;
}

export type SampleSettings = Partial<
  Pick<ApiDependencies, 'apiKeys' | 'rateLimit' | 'maxBodyBytes' | 'events' | 'schedules'>
> & { readonly drainDelayMs?: number; readonly withStore?: boolean };

/** A project, its worker and its HTTP server, all real; the store is SQLite in memory. */
export async function startSampleServer(address: string, settings: SampleSettings = {}): Promise<SampleServer> {
  const { drainDelayMs = 0, withStore = true, ...dependencies } = settings;
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-http-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
  const project = await loadProject(dir);
  const blobs = createMemoryBlobStore();
  const store = createSqliteStore({ path: ':memory:' });
  const broken = () => {
    throw new Error('the tool is broken');
  };
  const attempts = new Map<string, number>();
  const flaky = ({ name, mood }: { readonly name: string; readonly mood: string }) => {
    const attempt = (attempts.get(name) ?? 0) + 1;
    attempts.set(name, attempt);
    if (attempt < 3) throw new Error(`attempt ${attempt}`);
    return { text: `Hello ${name}`, mood };
  };
  const worker = await createWorker({ project, blobs, temporal: { hostPort: address }, tools: { broken, flaky } });
  const host = createProjectHost(project);
  const withRows = withStore ? { store } : {};
  const server = await startServer({
    api: {
      project: host,
      runs: createWorkerRuns({ worker, project: host, blobs, ...withRows }),
      ...withRows,
      ...dependencies,
    },
    checks: [...createWorkerChecks(worker), { name: 'store', check: () => store.ping() }],
    host: '127.0.0.1',
    port: 0,
    healthPort: 0,
    drainDelayMs,
  });
  await worker.setup();
  server.open();
  let stopping: Promise<void> | undefined;
  const stopWorker = () => (stopping ??= worker.stop());
  return {
    url: `http://127.0.0.1:${server.port}`,
    healthUrl: `http://127.0.0.1:${server.healthPort}`,
    worker,
    server,
    stopWorker,
    async [Symbol.asyncDispose]() {
      await server.drain(2_000);
      await stopWorker();
      await server.close();
      await store.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
