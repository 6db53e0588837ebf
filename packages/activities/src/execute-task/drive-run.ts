import type { Plan } from '@compozy/core';
import {
  start,
  transition,
  type RunActivityCommand,
  type RunContext,
  type RunEvent,
  type RunState,
} from '@compozy/core/interpreter';

export interface RunDrive {
  /** Aborting it cancels the run. */
  readonly signal: AbortSignal;
  /** Carries a command out, and tells how it ended; never throws. */
  perform(command: RunActivityCommand, signal: AbortSignal): Promise<RunEvent>;
}

/** Longer timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Runs the machine in this process to the end of the run; nothing of it is durable. */
export async function driveRun(plan: Plan, context: RunContext, { signal, perform }: RunDrive): Promise<RunState> {
  const queue: RunEvent[] = [];
  const open = new Map<string, AbortController>();
  let timers: NodeJS.Timeout[] = [];
  let wake: (() => void) | undefined;
  const push = (event: RunEvent): void => {
    queue.push(event);
    wake?.();
  };
  const cancel = () => push({ kind: 'cancel-requested', at: Date.now() });
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();

  const run = (command: RunActivityCommand): void => {
    const own = new AbortController();
    open.set(command.key, own);
    void perform(command, own.signal).then((event) => {
      if (open.delete(command.key)) push(event);
    });
  };
  const stop = (key: string): void => {
    open.get(key)?.abort();
    open.delete(key);
  };
  const setTimers = (deadlines: RunState['deadlines']): void => {
    for (const timer of timers) clearTimeout(timer);
    timers = Object.entries(deadlines).map(([key, { at }]) => {
      const wait = Math.min(Math.max(0, at - Date.now()), LONGEST_TIMER_MS);
      return setTimeout(() => push({ kind: 'deadline-reached', key, at: Date.now() }), wait);
    });
  };

  try {
    let step = start(context, plan);
    for (;;) {
      for (const command of step.commands) {
        if (command.kind === 'run-activity') run(command);
        else if (command.kind === 'cancel') stop(command.key);
      }
      if (step.state.ended) return step.state;
      setTimers(step.state.deadlines);
      if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      step = transition(plan, step.state, queue.shift()!);
    }
  } finally {
    for (const timer of timers) clearTimeout(timer);
    for (const key of open.keys()) stop(key);
    signal.removeEventListener('abort', cancel);
  }
}
