import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities, type ActivitiesOptions } from '@compozy/activities';
import type { EngineActivities, TaskActivities } from '@compozy/core';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import { createScenarioMemory } from '@compozy/core/testing';
import { createFunctionTools, type AnyToolFunction } from '@compozy/tools';
import { createProjectHost } from '@compozy/worker';
import { openTestProject, type ProjectUnderTest } from './test-project.js';

type Activities = EngineActivities & TaskActivities;

export interface TestActivitiesOptions extends Partial<Omit<ActivitiesOptions, 'project' | 'tools'>> {
  readonly project: ProjectUnderTest;
  /** They run in this process. */
  readonly tools?: Readonly<Record<string, AnyToolFunction>>;
}

export interface TestActivities extends AsyncDisposable {
  /** As a worker registers them. */
  readonly activities: Activities;
  /** One attempt of one activity, in the activity context of Temporal's own test environment. */
  run<N extends keyof Activities>(
    name: N,
    input: Parameters<Activities[N]>[0],
    attempt?: number,
  ): Promise<Awaited<ReturnType<Activities[N]>>>;
}

/** For tests of activities without a server; blobs and memories are in this process. */
export async function createTestActivities(options: TestActivitiesOptions): Promise<TestActivities> {
  const { project: given, tools = {}, ...rest } = options;
  const opened = await openTestProject(given);
  const activities = createActivities({
    blobs: createMemoryBlobStore(),
    memory: createScenarioMemory(),
    ...rest,
    project: createProjectHost(opened.project),
    tools: createFunctionTools(tools),
  });
  return {
    activities,
    run: (name, input, attempt = 1) =>
      new MockActivityEnvironment({ attempt }).run(activities[name] as (given: typeof input) => Promise<never>, input),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}
