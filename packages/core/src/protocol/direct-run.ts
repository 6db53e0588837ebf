import type { DirectKind } from '../model/plan.js';
import type { ProjectSource } from '../ports/project-source.js';

const KINDS: readonly DirectKind[] = ['task'];

/** The `workflow_id` of a run of one definition alone. No workflow has it: their ids hold no colon. */
export function directRunId(kind: DirectKind, id: string): string {
  return `${kind}:${id}`;
}

/** What {@link directRunId} was made of; `undefined` for the id of a workflow. */
export function parseDirectRunId(workflowId: string): { readonly kind: DirectKind; readonly id: string } | undefined {
  const kind = KINDS.find((known) => workflowId.startsWith(`${known}:`));
  return kind === undefined ? undefined : { kind, id: workflowId.slice(kind.length + 1) };
}

/** Every `workflow_id` that a run of the project may have: those of its workflows, then those of what runs alone. */
export function runnableIds(project: Pick<ProjectSource, 'workflowIds' | 'taskIds'>): readonly string[] {
  return [...project.workflowIds(), ...project.taskIds().map((id) => directRunId('task', id))];
}

/** What messages call that which a run of this id is of: `workflow "a"`, `task "b"`. */
export function runnableName(workflowId: string): string {
  const direct = parseDirectRunId(workflowId);
  return direct === undefined ? `workflow "${workflowId}"` : `${direct.kind} "${direct.id}"`;
}
