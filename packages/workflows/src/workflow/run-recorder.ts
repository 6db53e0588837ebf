import { proxyLocalActivities } from '@temporalio/workflow';
import { isTerminal, LOCAL_POLICY, type EngineActivities, type Plan, type Status, type Trigger } from '@compozy/core';
import { runStatus, toRunView, type RunState } from '@compozy/core/interpreter';

/** Tells the store of the worker where a run stands: when it waits or is paused, when it goes on, and how it ended. */
export interface RunRecorder {
  /** The run has nothing to do now. */
  idle(state: RunState): void;
  /** Resolves when everything that was told is written, or could not be. */
  settled(): Promise<void>;
  ended(state: RunState): Promise<void>;
}

/** One local activity, one event of the history, for each change that lists show. Runs go on when the store is down. */
export function createRunRecorder(plan: Plan, temporalWorkflowId: string, trigger: Trigger): RunRecorder {
  const { recordRun } = proxyLocalActivities<EngineActivities>({
    startToCloseTimeout: LOCAL_POLICY.startToCloseMs,
    retry: { maximumAttempts: 1 },
  });
  let shown: Status = 'RUNNING';
  let writing: Promise<unknown> = Promise.resolve();

  function write(state: RunState): void {
    const view = toRunView(plan, state);
    shown = view.status;
    const { project } = plan;
    const at = new Date(state.at).toISOString();
    const recording = { project: project.name, temporalWorkflowId, trigger, version: state.turns + 1, at, view };
    writing = writing.then(() => recordRun(recording)).catch(() => undefined);
  }

  return {
    idle(state) {
      if (Object.keys(state.issued).length > 0 && !state.paused && shown === 'RUNNING') return;
      const status = runStatus(state);
      if (status !== shown && !isTerminal(status)) write(state);
    },
    settled: async () => void (await writing),
    async ended(state) {
      write(state);
      await writing;
    },
  };
}
