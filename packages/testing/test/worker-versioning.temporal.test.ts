import { DefaultLogger, Runtime } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { createTestServer, createTestWorker } from '@compozy/testing';
import { named } from './library-project.js';

Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });

describe('workers of several builds', () => {
  it('keep runs on the build that they began on, and let dispatchers move', async () => {
    await using server = await createTestServer();
    const project = named('built-project');
    const deploymentName = 'compozy-built';
    const build = (buildId: string) =>
      createTestWorker({ project, server, versioning: { deploymentName, buildId }, dispatcher: 'on-demand' });
    const makeCurrent = async (buildId: string) => {
      const identity = 'test';
      const request = { namespace: 'default', deploymentName, buildId, identity, ignoreMissingTaskQueues: true };
      await expect
        .poll(() => server.client.workflowService.setWorkerDeploymentCurrentVersion(request).then(() => 'set', String))
        .toBe('set');
    };
    await using first = await build('one');
    await makeCurrent('one');
    const run = await first.worker.triggerWorkflow('hold');
    await expect.poll(async () => (await run.view())?.status).toBe('WAITING');
    await using second = await build('two');
    await makeCurrent('two');
    const versionOf = async (id: string) => {
      const { raw } = await server.client.workflow.getHandle(id).describe();
      const { versioningInfo } = raw.workflowExecutionInfo!;
      return [versioningInfo?.behavior, versioningInfo?.deploymentVersion?.buildId];
    };
    expect(await versionOf(run.temporalWorkflowId)).toEqual([1, 'one']);
    await first.worker.sendSignal({ workflowExecId: run.workflowExecId, eventType: 'approval', data: { by: 'x' } });
    expect(await run.result()).toMatchObject({ status: 'SUCCESS' });
    expect(await versionOf(run.temporalWorkflowId)).toEqual([1, 'one']);
    const versionOfNext = async () => {
      const later = await second.worker.triggerWorkflow('greet', { name: 'Ada' });
      expect(await later.result()).toMatchObject({ status: 'SUCCESS' });
      return await versionOf(later.temporalWorkflowId);
    };
    // A task queue may hear of the current version a moment later.
    await expect.poll(versionOfNext).toEqual([1, 'two']);
    await second.worker.sendSignal({ eventType: 'visited', data: { name: 'Ada' } });
    await expect.poll(() => versionOf(second.worker.dispatcherId)).toEqual([2, 'two']);
  });
});
