import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScenarioProject, readScenario, runScenario, withoutRunValues } from '@compozy/core/testing';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { replayTrace, runScenarioOnServer, type ScenarioServer } from '@compozy/testing';
import { bundleWorkflows } from '@compozy/worker';
import { tracedWorkflowsPath } from '@compozy/workflows/testing';

const core = path.resolve(import.meta.dirname, '../../core');
const files = globSync('src/**/scenarios/*.yaml', { cwd: core }).toSorted();

let devServer: DevServer;
let server: ScenarioServer;
let cache: string;

beforeAll(async () => {
  // Failures are what many scenarios are about.
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  cache = await mkdtemp(path.join(tmpdir(), 'compozy-bundle-'));
  devServer = await startDevServer();
  server = {
    connection: await NativeConnection.connect({ address: devServer.address }),
    namespace: devServer.namespace,
    codePath: await bundleWorkflows(tracedWorkflowsPath, cache),
  };
});

afterAll(async () => {
  await server?.connection.close();
  await devServer?.stop();
  await rm(cache, { recursive: true, force: true });
});

describe('scenarios on a server', () => {
  it.each(files)('%s', async (file) => {
    const scenario = await readScenario(path.join(core, file));
    await using project = await createScenarioProject(scenario);
    const pure = await runScenario(scenario, project);
    const { trace, view, toolInputs, toolEnvs, history } = await runScenarioOnServer(scenario, project, pure, server);
    expect(trace).toEqual(pure.trace);
    expect(await replayTrace(history, server)).toEqual(trace);
    expect(view).toMatchObject({
      status: scenario.expect.status,
      ...(scenario.expect.error === undefined ? {} : { error: scenario.expect.error }),
    });
    if (scenario.expect.output !== undefined) expect(view.output).toEqual(scenario.expect.output);
    if (scenario.expect.tasks !== undefined) expect(view.tasks).toMatchObject(scenario.expect.tasks);
    // A call that was cancelled, or that the steps let fail, does not reach its tool.
    expect(withoutRunValues(pure.toolInputs)).toMatchObject(withoutRunValues(toolInputs) as object);
    expect(pure.toolEnvs).toMatchObject(toolEnvs);
  });
});
