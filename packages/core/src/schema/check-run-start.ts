import { CompozyError } from '../errors/compozy-error.js';
import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import type { Plan } from '../model/plan.js';
import type { ProjectSource } from '../ports/project-source.js';
import { parseDirectRunId, runnableName } from '../protocol/direct-run.js';
import { checkSchema } from './check-schema.js';
import { describeKind } from './check-document.js';
import type { SchemaValidator } from './json-schema.js';
import { listNames } from './list-names.js';
import { suggest } from './suggest.js';

export interface RunStartCheck {
  readonly workflowId: string;
  readonly input: Json;
  readonly initialTaskId?: string | undefined;
}

type StartableProject = Pick<ProjectSource, 'name' | 'plan' | 'workflowIds' | 'taskIds'>;

/**
 * Refuses what a run would refuse first of all, and gives its plan and its input with defaults. Of what runs alone, its
 * own `with` comes between them and what is given.
 *
 * @throws `Config.UnknownWorkflow`, `Config.UnknownTask`, `Input.Invalid`.
 */
export function checkRunStart(
  project: StartableProject,
  validator: SchemaValidator,
  { workflowId, input, initialTaskId }: RunStartCheck,
): { readonly plan: Plan; readonly input: Json } {
  const plan = findPlan(project, workflowId);
  if (initialTaskId !== undefined && !plan.tasks.some(({ id }) => id === initialTaskId)) {
    const ids = plan.tasks.map(({ id }) => `"${id}"`).join(', ');
    const message = `Workflow "${workflowId}" has no task "${initialTaskId}"; it has ${ids}`;
    throw new CompozyError('Config.UnknownTask', message);
  }
  const subject = runnableName(workflowId);
  if (plan.direct !== undefined && !isJsonObject(input)) {
    const message = `must be an object, not ${describeKind(input)}`;
    throw new CompozyError('Input.Invalid', `The input of ${subject} ${message}`, {
      details: { problems: [{ pointer: '', message }] },
    });
  }
  const value = plan.input === undefined ? input : validator.applyDefaults(plan.input, input);
  checkSchema(validator, plan.input, value, 'Input.Invalid', `The input of ${subject}`);
  return {
    plan,
    input: plan.direct === undefined ? value : withoutOwn(value as JsonObject, input as JsonObject, plan),
  };
}

/** Defaults do not stand in for what the task has itself. */
function withoutOwn(value: JsonObject, given: JsonObject, { tasks }: Plan): JsonObject {
  const own = tasks[0]!.with ?? {};
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => !Object.hasOwn(own, name) || Object.hasOwn(given, name)),
  );
}

/** @throws `Config.UnknownWorkflow`, or `Config.UnknownTask` for a task that runs alone, with the ids that there are. */
export function findPlan(project: StartableProject, workflowId: string): Plan {
  const plan = project.plan(workflowId);
  if (plan !== undefined) return plan;
  const direct = parseDirectRunId(workflowId);
  if (direct !== undefined) throw unknownTask(project, direct.id);
  const known = project.workflowIds();
  const list = known.length === 0 ? 'none' : known.map((id) => `"${id}"`).join(', ');
  const message = `Project "${project.name}" has no workflow "${workflowId}"; it has ${list}`;
  throw new CompozyError('Config.UnknownWorkflow', message, {
    details: { workflow_id: workflowId, known: [...known] },
  });
}

function unknownTask(project: StartableProject, taskId: string): CompozyError {
  const known = project.taskIds();
  const meant = suggest(taskId, known);
  const message = `Project "${project.name}" has no task "${taskId}" in a file of its own; it has ${listNames(known) || 'none'}`;
  return new CompozyError(
    'Config.UnknownTask',
    meant === undefined ? message : `${message}; did you mean "${meant}"?`,
    {
      details: { task_id: taskId, known: [...known] },
    },
  );
}
