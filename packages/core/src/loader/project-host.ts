import type { ProjectSource } from '../ports/project-source.js';
import { parseDirectRunId } from '../protocol/direct-run.js';
import type { Project } from './project.js';

/** The project that a worker serves; `replace` swaps it for the runs that start from then on. */
export interface ProjectHost extends ProjectSource {
  readonly current: Project;
  replace(project: Project): void;
}

/** The form in which activities, the dispatcher and the API take a project that `loadProject` gave. */
export function createProjectHost(first: Project): ProjectHost {
  let current = first;
  return {
    get current() {
      return current;
    },
    get name() {
      return current.name;
    },
    plan(workflowId) {
      const direct = parseDirectRunId(workflowId);
      return direct === undefined ? current.workflows.get(workflowId) : current.tasks.get(direct.id);
    },
    workflowIds: () => [...current.workflows.keys()],
    taskIds: () => [...current.tasks.keys()],
    compileTask: (task, workflowId) => current.compileTask(task, workflowId),
    secrets: () => current.secrets,
    publicNames: () => new Set(Object.keys(current.publicEnv)),
    replace(project) {
      current = project;
    },
  };
}
