import type { JsonObject } from '../model/json.js';
import type { Plan } from '../model/plan.js';

/** The project that a worker serves, as it is now. A run keeps the plan that it started with. */
export interface ProjectSource {
  readonly name: string;
  /** The compiled plan of a workflow, or of what `directRunId` names; `undefined` when there is none. */
  plan(workflowId: string): Plan | undefined;
  workflowIds(): readonly string[];
  /** Tasks in files of their own, which can run alone. */
  taskIds(): readonly string[];
  /**
   * The plan of one task, written as in YAML, with what the project, and `workflowId` if given, define.
   *
   * @throws `Config.Invalid`, `Config.UnknownWorkflow`.
   */
  compileTask(task: JsonObject, workflowId?: string): Plan;
  /** What `.env` shows: the keys of the project's `.env` file and of `env:` blocks. Never logged, never in a plan. */
  secrets(): Readonly<Record<string, string>>;
  /** The part of {@link ProjectSource.secrets} that need not be hidden. */
  publicNames(): ReadonlySet<string>;
}
