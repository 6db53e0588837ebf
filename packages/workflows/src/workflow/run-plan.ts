/*
 * The Temporal shell round the machine: one loop, one await per turn, in a scope that a cancel does not reach.
 * It decides nothing. Every end of an activity, every timer, signal and cancel becomes an event in a queue; the
 * machine answers with commands; the shell performs them without waiting.
 *
 * A user's failure ends the run by an ApplicationFailure. Anything else that is thrown here is a bug of ours: the
 * workflow task fails and is tried again, so that a fixed deploy resumes the run.
 */
import {
  CancellationScope,
  CancelledFailure,
  makeContinueAsNewFunc,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { defineQuery, defineSignal, defineUpdate, setDefaultSignalHandler } from '@temporalio/workflow';
import {
  LISTENS_QUERY,
  PAUSE_SIGNAL,
  RESUME_SIGNAL,
  RUN_QUERY,
  SIGNAL_UPDATE,
  type FailureRecord,
  type Json,
  type Plan,
  type RunInput,
  type RunView,
  type SignalEnvelope,
} from '@compozy/core';
import {
  hasRoomFor,
  listensTo,
  start,
  toRunView,
  transition,
  type Command,
  type Listening,
  type RunEvent,
  type RunState,
  type Step,
} from '@compozy/core/interpreter';
import { refusal, toRunFailure } from '../common/wire-failure.js';
import { boundView } from './bound-view.js';
import { toSignalEvent } from './incoming-signal.js';
import { createDeadlineTimer } from './deadline-timer.js';
import { performActivity } from './perform-activity.js';
import { STREAM_SIGNAL } from './readable-signals.js';
import { createRunRecorder } from './run-recorder.js';
import { openRun, toSnapshot } from './run-snapshot.js';

/** Past this many events nothing new is scheduled in one Temporal run. */
const MAX_HISTORY_EVENTS = 20_000;

/** Histories without its marker are of runs that forgot to go on when such an event came in. */
const GOES_ON_PATCH = 'goes-on-after-an-event-that-means-nothing';

/** Sees every step of the machine; for tests that compare traces. */
export type StepObserver = (
  event: RunEvent | { readonly kind: 'start' },
  commands: readonly Command[],
  state: RunState,
) => void;

export async function runPlan(input: RunInput, observe?: StepObserver): Promise<RunView> {
  const queue: RunEvent[] = [];
  let wake: (() => void) | undefined;
  const push = (event: RunEvent): void => {
    queue.push(event);
    wake?.();
  };
  let plan: Plan | undefined;
  let state: RunState | undefined;

  setHandler(defineQuery<RunView | null>(RUN_QUERY), () => (plan && state ? toRunView(plan, state) : null));
  setHandler(
    defineQuery<Listening, [workflowId: string, name: string, id: string]>(LISTENS_QUERY),
    (workflowId, name, id) => (state?.context.workflowId === workflowId ? listensTo(state, name, id) : 'no'),
  );
  setHandler(defineSignal(PAUSE_SIGNAL), () => push({ kind: 'pause-requested', at: Date.now() }));
  setHandler(defineSignal(RESUME_SIGNAL), () => push({ kind: 'resume-requested', at: Date.now() }));
  // Reserved, and yet let through to whoever has a handler for it.
  setHandler(defineSignal(STREAM_SIGNAL), () => undefined);
  setDefaultSignalHandler((name, argument) => push(toSignalEvent(name, argument)));
  setHandler(
    defineUpdate<void, [name: string, signal: SignalEnvelope]>(SIGNAL_UPDATE),
    (name, signal) => push(toSignalEvent(name, signal)),
    {
      validator(name, signal) {
        if (typeof name !== 'string' || name === '') throw refusal('Input.Invalid', 'A signal needs a name');
        if (state !== undefined && !hasRoomFor(state, signal?.payload ?? null)) {
          throw refusal('Signal.BufferFull', 'The run holds as many signals as it may that nothing has waited for yet');
        }
      },
    },
  );
  CancellationScope.current().cancelRequested.catch(() => push({ kind: 'cancel-requested', at: Date.now() }));

  return await CancellationScope.nonCancellable(async () => {
    const opened = await openRun(input);
    if ('failure' in opened) throw toRunFailure(opened.failure, {});
    plan = opened.plan;
    const { workflowId: temporalWorkflowId } = workflowInfo();
    const recorder = opened.records
      ? createRunRecorder(plan, temporalWorkflowId, input.trigger ?? { type: 'api' })
      : undefined;
    const activities = new Map<string, CancellationScope | undefined>();
    const timer = createDeadlineTimer((keys, at) => {
      for (const key of keys) push({ kind: 'deadline-reached', key, at });
    });

    let step: Step;
    if (opened.state === undefined) {
      step = start(opened.context, plan);
      observe?.({ kind: 'start' }, step.commands, step.state);
    } else {
      const event: RunEvent = { kind: 'continued', at: Date.now() };
      step = transition(plan, opened.state, event);
      observe?.(event, step.commands, step.state);
    }

    let ending: Ending | undefined;
    for (;;) {
      // An event that means nothing to the machine changes nothing: what was about to come before it still is.
      const stillGoesOn = ending?.kind === 'continue-as-new' && step.state === state && patched(GOES_ON_PATCH);
      state = step.state;
      if (!stillGoesOn) ending = perform(step.commands);
      if (ending?.kind === 'continue-as-new') {
        await recorder?.settled();
        const snapshot = await toSnapshot({ plan, state, records: opened.records });
        // What came in meanwhile is part of the next one.
        if (queue.length === 0) {
          const { workflow_id, workflow_exec_id, project, trigger } = input;
          await goOn({
            ...(workflow_id === undefined ? {} : { workflow_id }),
            ...(workflow_exec_id === undefined ? {} : { workflow_exec_id }),
            ...(project === undefined ? {} : { project }),
            ...(trigger === undefined ? {} : { trigger }),
            resume: { snapshot },
          });
        }
      } else if (ending !== undefined) {
        await recorder?.ended(state);
        return end(ending, boundView(toRunView(plan, state)));
      }
      timer.sync(state.deadlines);
      if (queue.length === 0 && !state.draining && historyIsLong())
        queue.push({ kind: 'drain-requested', at: Date.now() });
      if (queue.length === 0) recorder?.idle(state);
      // One plain promise: the SDK's own helpers make several, and each costs a stack.
      if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const event = queue.shift()!;
      step = transition(plan, state, event);
      observe?.(event, step.commands, step.state);
    }

    function perform(commands: readonly Command[]): Ending | undefined {
      for (const command of commands) {
        switch (command.kind) {
          case 'run-activity':
            activities.set(
              command.key,
              performActivity(command, (event) => {
                if (activities.delete(command.key)) push(event);
              }),
            );
            break;
          case 'cancel': {
            const scope = activities.get(command.key);
            activities.delete(command.key);
            scope?.cancel();
            break;
          }
          case 'set-deadline':
          case 'clear-deadline':
            // The timer reads the deadlines in the state.
            break;
          default:
            return command;
        }
      }
      return undefined;
    }
  });
}

/** A run that is pinned to a build moves to the current one here, where its history begins anew. */
async function goOn(next: RunInput): Promise<never> {
  const { targetWorkerDeploymentVersionChanged: hasNewer } = workflowInfo();
  const options = hasNewer ? { initialVersioningBehavior: 'AUTO_UPGRADE' as const } : {};
  return await makeContinueAsNewFunc<(input: RunInput) => Promise<RunView>>(options)(next);
}

type Ending = Exclude<Command, { kind: 'run-activity' | 'cancel' | 'set-deadline' | 'clear-deadline' }>;

function historyIsLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength > MAX_HISTORY_EVENTS;
}

function end(ending: Exclude<Ending, { kind: 'continue-as-new' }>, view: RunView): RunView {
  switch (ending.kind) {
    case 'complete-run':
      return view;
    case 'fail-run':
      throw toRunFailure(ending.failure as FailureRecord, { run: view as unknown as Json } as never);
    case 'cancel-run':
      throw new CancelledFailure('The run was cancelled', [view]);
  }
}
