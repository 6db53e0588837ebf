import { proxySinks, type Sinks } from '@temporalio/workflow';
import type { Command, RunEvent, RunState } from '@compozy/core/interpreter';
import { defineEngineWorkflow } from '../workflow/define-engine-workflow.js';

/** Receives every step of every run of a traced worker, replays included. */
export interface TraceSinks extends Sinks {
  readonly trace: {
    step(event: RunEvent | { readonly kind: 'start' }, commands: readonly Command[], state: RunState): void;
  };
}

const { trace } = proxySinks<TraceSinks>();

export default defineEngineWorkflow({ observe: (event, commands, state) => trace.step(event, commands, state) });
