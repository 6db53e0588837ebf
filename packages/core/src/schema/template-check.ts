import type { JsonObject } from '../model/json.js';
import type { CheckedTask } from './checked-task.js';
import type { FlowGraph } from './flow-graph.js';
import type { WorkflowScope } from './workflow-scope.js';

export interface NestedTask {
  readonly child: CheckedTask;
  readonly parent: CheckedTask;
}

/** What is known of a workflow when its templates are looked at. */
export interface TemplateCheck {
  readonly workflow: WorkflowScope;
  readonly tasks: readonly CheckedTask[];
  readonly nested: readonly NestedTask[];
  readonly graph: FlowGraph;
  readonly input: JsonObject | undefined;
  /** Names of `.env` that are no secrets, with their values. */
  readonly publicEnv: Readonly<Record<string, string>>;
  /** The one task runs without a workflow round it. */
  readonly isAlone?: true;
}
