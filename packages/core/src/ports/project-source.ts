import type { JsonObject } from '../model/json.js';
import type { Plan } from '../model/plan.js';

/** The project that a worker serves, as it is now. A run keeps the plan that it started with. */
export interface ProjectSource {
  readonly name: string;
  /** The compiled plan of a workflow, or `undefined`. */
  plan(workflowId: string): Plan | undefined;
  workflowIds(): readonly string[];
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
