import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { Worker, type InjectedSinks, type NativeConnection } from '@temporalio/worker';
import { createActivities, toApplicationFailure } from '@compozy/activities';
import {
  PAUSE_SIGNAL,
  RESUME_SIGNAL,
  type ActivityResult,
  type EngineActivities,
  type Json,
  type RunToolInput,
  type RunView,
  type ToolRunner,
} from '@compozy/core';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import type { RunEvent } from '@compozy/core/interpreter';
import {
  createScenarioMemory,
  toTraceEntry,
  type Scenario,
  type ScenarioProject,
  type ScenarioRun,
  type TraceEntry,
} from '@compozy/core/testing';
import { createProjectHost, createRunHandle } from '@compozy/worker';
import type { TraceSinks } from '@compozy/workflows/testing';
import { replayTrace } from './replay-trace.js';
import { createActivityGate, type ActivityGate } from './activity-gate.js';

export interface ScenarioServer {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** File of the traced workflow bundle. */
  readonly codePath: string;
}

export interface ServerRun {
  readonly trace: readonly TraceEntry[];
  readonly view: RunView;
  /** Inputs and environments that tools really got, by task path. */
  readonly toolInputs: Readonly<Record<string, Json>>;
  readonly toolEnvs: Readonly<Record<string, Json>>;
  /** As `fetchHistory` of the Temporal client gives it. */
  readonly history: unknown;
}

const PATIENCE_MS = 240_000;

/**
 * Runs a scenario on a Temporal server, following the events of a run that the machine made alone, and gives the trace
 * that the workflow really had. Activities end in the order of those events; timers are real.
 */
export async function runScenarioOnServer(
  scenario: Scenario,
  { project, workflowId }: ScenarioProject,
  pure: ScenarioRun,
  server: ScenarioServer,
): Promise<ServerRun> {
  const gate = createActivityGate();
  const trace: TraceEntry[] = [];
  const outcomes = new Map<string, RunEvent>();
  const blobs = createMemoryBlobStore();
  const sinks: InjectedSinks<TraceSinks> = {
    trace: {
      step: { fn: (_info, event, commands) => void trace.push(toTraceEntry(event, commands)), callDuringReplay: false },
    },
  };
  const calls = createToolCalls(pure);
  const engine = createActivities({
    project: createProjectHost(project),
    tools: calls.runner,
    blobs,
    runs: noRuns,
    memory: createScenarioMemory(),
  });
  const taskQueue = `scenario-${Math.random().toString(36).slice(2)}`;
  const worker = await Worker.create({
    connection: server.connection,
    namespace: server.namespace,
    taskQueue,
    // Histories are kept, and should not tell where they were made.
    identity: 'scenario',
    workflowBundle: { codePath: server.codePath },
    activities: { ...gated(engine, gate), runTool: scriptedTool(engine, gate, outcomes, calls) },
    sinks,
  });
  const client = new Client({ connection: server.connection, namespace: server.namespace, identity: 'scenario' });

  return await worker.runUntil(async () => {
    const handle = await client.workflow.start(workflowId, {
      taskQueue,
      workflowId: `${workflowId}-${taskQueue}`,
      args: [
        {
          workflow_exec_id: 'exec',
          input: scenario.input ?? {},
          trigger: scenario.trigger ?? { type: 'api' },
          ...(scenario.start === undefined ? {} : { initial_task_id: scenario.start }),
        },
      ],
    });
    const commands = new Map(pure.commands.map((command) => [command.key, command]));
    await reach(1);
    for (const [index, event] of pure.events.entries()) {
      await give(event);
      await reach(index + 2);
    }
    const run = createRunHandle(handle, { workflowId, workflowExecId: 'exec' }, blobs);
    const ended = pure.state.ended ? await run.result() : ((await run.view()) as RunView);
    if (!pure.state.ended) await handle.terminate();
    const { inputs: toolInputs, envs: toolEnvs } = calls;
    const history = await handle.fetchHistory();
    // A task that the server did not take, because something came in meanwhile, is done again, and seen twice.
    const isRepeated = history.events?.some(
      (event) => event.workflowTaskFailedEventAttributes != null || event.workflowTaskTimedOutEventAttributes != null,
    );
    const seen = isRepeated === true ? await replayTrace(history, server) : trace;
    return { trace: seen, view: ended, toolInputs, toolEnvs, history };

    async function give(event: RunEvent): Promise<void> {
      switch (event.kind) {
        case 'activity-completed':
        case 'activity-failed':
        case 'activity-cancelled': {
          const command = commands.get(event.key)!;
          const taskKey = 'origin' in command.input ? command.input.origin.taskKey : undefined;
          if (command.activity === 'runTool') outcomes.set(taskKey ?? '', event);
          gate.release(command.activity, taskKey);
          break;
        }
        case 'signal-received':
          await handle.signal(event.name, toArgument(event));
          break;
        case 'pause-requested':
          await handle.signal(PAUSE_SIGNAL);
          break;
        case 'resume-requested':
          await handle.signal(RESUME_SIGNAL);
          break;
        case 'cancel-requested':
          await handle.cancel();
          break;
        default:
        // A timer of the server's fires by itself.
      }
    }

    async function reach(length: number): Promise<void> {
      const end = Date.now() + PATIENCE_MS;
      while (trace.length < length) {
        if (Date.now() > end)
          throw new Error(
            `${scenario.file}: the server stands at ${trace.at(-1)?.event ?? 'nothing'}, step ${trace.length} of ${length}`,
          );
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  });
}

function toArgument({ payload, id }: Extract<RunEvent, { kind: 'signal-received' }>): Json {
  return id === undefined ? payload : { payload, metadata: { signal_id: id } };
}

function gated(engine: EngineActivities, gate: ActivityGate): EngineActivities {
  const names = Object.keys(engine) as (keyof EngineActivities)[];
  const wrapped = names.map((name) => {
    const activity = engine[name] as (input: { origin?: { taskKey: string } }) => Promise<unknown>;
    const pass = async (input: { origin?: { taskKey: string } }) => {
      if (name !== 'getWorkflowData') await passOrStop(gate, name, input.origin?.taskKey);
      return await activity(input);
    };
    return [name, pass];
  });
  return Object.fromEntries(wrapped) as EngineActivities;
}

/** A call that was cancelled never gets its turn; the end of the worker must not wait for it. */
async function passOrStop(gate: ActivityGate, name: string, taskKey: string | undefined): Promise<void> {
  const context = Context.current();
  const beat = context.info.isLocal ? undefined : setInterval(() => context.heartbeat(), 1_000);
  try {
    await Promise.race([gate.pass(name, taskKey), context.cancelled]);
  } finally {
    clearInterval(beat);
  }
}

/** Ends each call as the scenario says; what stands round a tool is the engine's own activity. */
function scriptedTool(
  engine: EngineActivities,
  gate: ActivityGate,
  outcomes: ReadonlyMap<string, RunEvent>,
  calls: ToolCalls,
) {
  return async (input: RunToolInput): Promise<ActivityResult> => {
    const { taskKey } = input.origin;
    await passOrStop(gate, 'runTool', taskKey);
    const outcome = outcomes.get(taskKey);
    if (outcome?.kind === 'activity-completed') {
      return { output: (await engine.runTool(input)).output, attempt: outcome.attempts };
    }
    if (outcome?.kind !== 'activity-failed') throw new Error(`no outcome for "${taskKey}"`);
    if (outcome.timeout !== undefined) {
      // No more beats and no end: the server's own limits do the rest.
      return await Context.current().cancelled;
    }
    // What a schema refuses, and templates that fail, are found by the activity itself.
    if (calls.resultOf(taskKey) !== undefined) await engine.runTool(input);
    throw toApplicationFailure(outcome.failure, outcome.attempts);
  };
}

/** Other runs are not part of a scenario; what would be started is told by the output. */
const noRuns = {
  startRun: async () => ({ temporalWorkflowId: '', runId: undefined }),
  signalRun: async () => undefined,
};

interface ToolCalls {
  readonly runner: ToolRunner;
  /** What the tool gives to a task; `undefined` for a call that the steps let fail. */
  resultOf(taskKey: string): Json | undefined;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly envs: Readonly<Record<string, Json>>;
}

/** Tools that give what the steps of the scenario say. */
function createToolCalls({ toolResults }: ScenarioRun): ToolCalls {
  const inputs: Record<string, Json> = {};
  const envs: Record<string, Json> = {};
  const resultOf = (taskKey: string) => {
    // A call that was repeated after the loss of a worker has the same task and another key.
    const key = Object.keys(toolResults).findLast((call) => call.replace(/~\d+$/, '') === `${taskKey}/tool`);
    return key === undefined ? undefined : toolResults[key];
  };
  const run: ToolRunner['run'] = async ({ idempotencyKey, input, env }) => {
    const taskKey = idempotencyKey.slice(idempotencyKey.indexOf('/') + 1);
    const task = taskKey.replace(/^root\//, '');
    inputs[task] = input;
    envs[task] = env;
    return resultOf(taskKey) ?? null;
  };
  return { inputs, envs, resultOf, runner: { run, toolIds: async () => [], close: async () => undefined } };
}
