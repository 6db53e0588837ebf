import { CompozyError } from '../errors/compozy-error.js';
import type { Json } from '../model/json.js';
import type { Plan } from '../model/plan.js';
import type { ProjectSource } from '../ports/project-source.js';
import { checkSchema } from './check-schema.js';
import type { SchemaValidator } from './json-schema.js';

export interface RunStartCheck {
  readonly workflowId: string;
  readonly input: Json;
  readonly initialTaskId?: string | undefined;
}

/**
 * Refuses what a run would refuse first of all, and gives its plan and its input with defaults.
 *
 * @throws `Config.UnknownWorkflow`, `Config.UnknownTask`, `Input.Invalid`.
 */
export function checkRunStart(
  project: Pick<ProjectSource, 'name' | 'plan' | 'workflowIds'>,
  validator: SchemaValidator,
  { workflowId, input, initialTaskId }: RunStartCheck,
): { readonly plan: Plan; readonly input: Json } {
  const plan = findPlan(project, workflowId);
  if (initialTaskId !== undefined && !plan.tasks.some(({ id }) => id === initialTaskId)) {
    const ids = plan.tasks.map(({ id }) => `"${id}"`).join(', ');
    const message = `Workflow "${workflowId}" has no task "${initialTaskId}"; it has ${ids}`;
    throw new CompozyError('Config.UnknownTask', message);
  }
  const value = plan.input === undefined ? input : validator.applyDefaults(plan.input, input);
  checkSchema(validator, plan.input, value, 'Input.Invalid', `The input of workflow "${workflowId}"`);
  return { plan, input: value };
}

/** @throws `Config.UnknownWorkflow` with the ids that there are. */
export function findPlan(project: Pick<ProjectSource, 'name' | 'plan' | 'workflowIds'>, workflowId: string): Plan {
  const plan = project.plan(workflowId);
  if (plan !== undefined) return plan;
  const known = project.workflowIds();
  const list = known.length === 0 ? 'none' : known.map((id) => `"${id}"`).join(', ');
  const message = `Project "${project.name}" has no workflow "${workflowId}"; it has ${list}`;
  throw new CompozyError('Config.UnknownWorkflow', message, {
    details: { workflow_id: workflowId, known: [...known] },
  });
}
