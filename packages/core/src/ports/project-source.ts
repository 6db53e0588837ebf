import type { Plan } from '../model/plan.js';

/** The project that a worker serves, as it is now. A run keeps the plan that it started with. */
export interface ProjectSource {
  readonly name: string;
  /** The compiled plan of a workflow, or `undefined`. */
  plan(workflowId: string): Plan | undefined;
  workflowIds(): readonly string[];
  /** What `.env` shows: the keys of the project's `.env` file and of `env:` blocks. Never logged, never in a plan. */
  secrets(): Readonly<Record<string, string>>;
  /** The part of {@link ProjectSource.secrets} that need not be hidden. */
  publicNames(): ReadonlySet<string>;
}
