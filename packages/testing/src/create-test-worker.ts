import type { Json, RunView } from '@compozy/core';
import type { Project } from '@compozy/core/loader';
import { createWorker, type CompozyWorker, type TriggerOptions, type WorkerOptions } from '@compozy/worker';
import { createTestServer, type TestServer } from './create-test-server.js';
import { openTestProject, type ProjectUnderTest } from './test-project.js';

export interface TestWorkerOptions extends Partial<Omit<WorkerOptions, 'project' | 'temporal'>> {
  readonly project: ProjectUnderTest;
  /** One that goes on after the worker; by default the worker gets one of its own. */
  readonly server?: TestServer;
}

/** A worker that polls, on a real server. */
export interface TestWorker extends AsyncDisposable {
  readonly worker: CompozyWorker;
  readonly project: Project;
  readonly server: TestServer;
  /** Runs a workflow to its end, which may be a failure. */
  run(workflowId: string, input?: Json, options?: TriggerOptions): Promise<RunView>;
  stop(): Promise<void>;
}

/** For integration tests: a project, its worker and a Temporal server, all real. */
export async function createTestWorker({ project: given, server, ...options }: TestWorkerOptions): Promise<TestWorker> {
  const opened: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of opened.splice(0).toReversed()) await end();
  };
  try {
    const test = await openTestProject(given);
    opened.push(async () => await test[Symbol.asyncDispose]());
    const { project } = test;
    const used = server ?? (await createTestServer());
    if (server === undefined) opened.push(() => used.stop());
    const worker = await createWorker({
      ...options,
      project,
      temporal: { hostPort: used.address, namespace: used.namespace },
    });
    opened.push(() => worker.stop());
    await worker.setup();
    return {
      worker,
      project,
      server: used,
      run: async (...start) => await (await worker.triggerWorkflow(...start)).result(),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
