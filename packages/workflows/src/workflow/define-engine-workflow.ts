import type { RunInput, RunView } from '@compozy/core';
import { runPlan, type StepObserver } from './run-plan.js';

export interface EngineWorkflowOptions {
  /** Called after every step of the machine, in replays too. For tests. */
  readonly observe?: StepObserver;
}

/** A workflow function that serves every YAML workflow, under any type name. */
export function defineEngineWorkflow(options: EngineWorkflowOptions = {}): (input?: RunInput) => Promise<RunView> {
  return (input) => runPlan(input ?? {}, options.observe);
}
