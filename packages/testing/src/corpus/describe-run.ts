import type { Json, Plan } from '@compozy/core';
import { start, transition, type RunEvent, type RunState, type Step } from '@compozy/core/interpreter';
import { canonicalJson, toTraceEntry, type ScenarioRun, type TraceEntry } from '@compozy/core/testing';

/** A run that was stopped after half of its events, as continue-as-new would hand it to another worker. */
export interface HalfwayRun {
  readonly state: RunState;
  /** What is still to happen. */
  readonly events: readonly RunEvent[];
}

/** What a run of the machine alone leaves behind, as the texts that are stored and compared. */
export interface RunTexts {
  readonly plan: string;
  readonly trace: string;
  readonly state: string;
}

/** Texts that are equal byte for byte exactly when plan, trace and final state are. */
export function describeRun({ plan, trace, state }: Pick<ScenarioRun, 'plan' | 'trace' | 'state'>): RunTexts {
  return { plan: jsonText(plan), trace: traceText(trace), state: jsonText(state) };
}

/** One event a line, so that a difference shows the step at which two runs part. */
export function traceText(trace: readonly TraceEntry[]): string {
  return trace
    .map(({ event, commands }) => `{"event":${JSON.stringify(event)},"commands":${canonicalJson(commands)}}\n`)
    .join('');
}

/** Indented JSON with sorted keys. */
function jsonText(value: unknown): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(value as Json)), null, 1)}\n`;
}

/** Where the run stood after half of its events. */
export function stopHalfway({ plan, state, events }: Pick<ScenarioRun, 'plan' | 'state' | 'events'>): HalfwayRun {
  const half = Math.floor(events.length / 2);
  const first = start(state.context, plan);
  const step = events.slice(0, half).reduce((at: Step, event) => transition(plan, at.state, event), first);
  return { state: step.state, events: events.slice(half) };
}

/** Carries a stopped run on; the trace has the events that were left. */
export function resumeRun(plan: Plan, { state, events }: HalfwayRun): Pick<ScenarioRun, 'trace' | 'state'> {
  const trace: TraceEntry[] = [];
  let reached = state;
  for (const event of events) {
    const step = transition(plan, reached, event);
    trace.push(toTraceEntry(event, step.commands));
    reached = step.state;
  }
  return { trace, state: reached };
}
