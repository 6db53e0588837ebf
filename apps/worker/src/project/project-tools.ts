import { CompozyError, type ToolRunner } from '@compozy/core';
import type { Project } from '@compozy/core/loader';
import { combineToolRunners, createFunctionTools, createToolRuntime, type AnyToolFunction } from '@compozy/tools';

/**
 * Tools by their ids: `(input, config, { signal, logger, idempotencyKey }) => output`. What is thrown fails the call
 * with `Tool.Threw`.
 */
export type ToolFunctions = Readonly<Record<string, AnyToolFunction>>;

export interface ProjectTools extends ToolRunner {
  /** Serves the code and the settings of `project` from now on; calls in progress end with what they began with. */
  reload(project: Project): Promise<void>;
}

/** Functions of the host first, then those of the project's entrypoint. */
export function createProjectTools(first: Project, functions: ToolFunctions = {}): ProjectTools {
  const inProcess = createFunctionTools(functions);
  let settings = JSON.stringify(first.config);
  let runtime = startRuntime(first);
  let runner = combineToolRunners(inProcess, runtime);

  return {
    run: (call) => runner.run(call),
    toolIds: () => runner.toolIds(),
    close: () => runner.close(),
    async reload(project) {
      const next = JSON.stringify(project.config);
      if (next === settings) {
        await runtime.reload();
        return;
      }
      const before = runtime;
      settings = next;
      runtime = startRuntime(project);
      runner = combineToolRunners(inProcess, runtime);
      await before.drain();
    },
  };
}

type Runtime = ToolRunner & { reload(): Promise<unknown>; drain(): Promise<void> };

function startRuntime(project: Project): Runtime {
  const { config } = project;
  if (config.entrypoint === undefined) return noTools(project.name);
  return createToolRuntime({
    projectDir: project.dir,
    entrypoint: config.entrypoint,
    type: config.type,
    permissions: config.permissions,
    ...(config.maxMemoryMb === undefined ? {} : { maxMemoryMb: config.maxMemoryMb }),
  });
}

function noTools(project: string): Runtime {
  return {
    run(call) {
      const message = `No tool "${call.toolId}": project "${project}" has no runtime.entrypoint`;
      return Promise.reject(new CompozyError('Tool.NotFound', message));
    },
    toolIds: async () => [],
    close: async () => undefined,
    reload: async () => undefined,
    drain: async () => undefined,
  };
}
