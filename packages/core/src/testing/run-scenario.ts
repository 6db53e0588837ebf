import { createMemoryBlobStore, inlineOrBlob, loadJson, storeJson } from '../blobs/index.js';
import { CompozyError } from '../errors/compozy-error.js';
import { toFailureRecord } from '../errors/failure.js';
import type { RunActivityCommand } from '../interpreter/command.js';
import type { RunEvent } from '../interpreter/event.js';
import { taskPath, toRunView } from '../interpreter/run-view.js';
import type { RunState, Step } from '../interpreter/state.js';
import { start, transition } from '../interpreter/transition.js';
import {
  assembleOutputs,
  evaluateLateCondition,
  expandItems,
  renderLate,
  renderMemoryCall,
  sendSignal,
} from '../late/index.js';
import type { Json } from '../model/json.js';
import type { Plan } from '../model/plan.js';
import type { RunGateway } from '../ports/run-gateway.js';
import type { RunView } from '../model/run-view.js';
import { checkSchema, createSchemaValidator } from '../schema/index.js';
import type { RunToolInput } from '../protocol/activities.js';
import type { ScenarioProject } from './scenario-project.js';
import type { Scenario, ScenarioStep } from './scenario.js';
import { callScriptedTool, prepareToolCall } from './scripted-tool.js';
import { createScenarioMemory } from './scenario-memory.js';
import { toTraceEntry, type TraceEntry } from './trace.js';

/** Other runs are no part of a scenario; what would be started is told by the output. */
const NO_RUNS: RunGateway = {
  startRun: async () => ({ temporalWorkflowId: '', runId: undefined }),
  signalRun: async () => undefined,
};

export interface ScenarioRun {
  readonly view: RunView;
  readonly trace: readonly TraceEntry[];
  /** The events as they were given to the machine, for a second driver to follow. */
  readonly events: readonly RunEvent[];
  /** Every activity that was asked for. */
  readonly commands: readonly RunActivityCommand[];
  readonly plan: Plan;
  readonly state: RunState;
  readonly toolInputs: Readonly<Record<string, Json>>;
  readonly toolEnvs: Readonly<Record<string, Json>>;
  /** What the steps let the tools give, by the key of the call. */
  readonly toolResults: Readonly<Record<string, Json>>;
}

/** Runs a scenario by the machine alone. The engine's own activities really run, on a blob store in memory. */
export async function runScenario(scenario: Scenario, { project, workflowId }: ScenarioProject): Promise<ScenarioRun> {
  const plan = project.workflows.get(workflowId)!;
  const blobs = createMemoryBlobStore();
  const validator = createSchemaValidator();
  const memory = createScenarioMemory();
  const trace: TraceEntry[] = [];
  const events: RunEvent[] = [];
  const open = new Map<string, RunActivityCommand>();
  const toolInputs: Record<string, Json> = {};
  const toolEnvs: Record<string, Json> = {};
  const toolResults: Record<string, Json> = {};
  const commands: RunActivityCommand[] = [];
  let now = 1_000;

  const given = scenario.input ?? {};
  const input = plan.input === undefined ? given : validator.applyDefaults(plan.input, given);
  checkSchema(validator, plan.input, input, 'Input.Invalid', `The input of workflow "${workflowId}"`);
  let step: Step = start(
    {
      execId: 'exec',
      workflowId,
      project: project.name,
      at: now,
      seed: 'seed',
      input: (await inlineOrBlob(blobs, input)) as Json,
      trigger: scenario.trigger ?? { type: 'api' },
      ...(scenario.start === undefined ? {} : { initialTaskId: scenario.start }),
    },
    plan,
  );
  trace.push(toTraceEntry({ kind: 'start' }, step.commands));
  await settleEngineActivities();
  for (const next of scenario.steps) {
    apply(await toEvent(next));
    await settleEngineActivities();
  }
  const { state } = step;
  return { view: toRunView(plan, state), trace, events, commands, plan, state, toolInputs, toolEnvs, toolResults };

  function apply(event: RunEvent): void {
    events.push(event);
    step = transition(plan, step.state, event);
    trace.push(toTraceEntry(event, step.commands));
  }

  /** Whatever is not a tool ends at once, in the order in which it was asked for. */
  async function settleEngineActivities(): Promise<void> {
    const queue: RunActivityCommand[] = [];
    const take = () => {
      for (const command of step.commands) {
        if (command.kind === 'cancel') open.delete(command.key);
        if (command.kind !== 'run-activity') continue;
        commands.push(command);
        if (command.activity !== 'runTool') queue.push(command);
        else open.set(command.key, command);
      }
    };
    take();
    for (const command of queue) {
      if (command.activity === 'runTool' || step.state.issued[command.key] === undefined) continue;
      const attempts = 1;
      try {
        apply({
          kind: 'activity-completed',
          key: command.key,
          result: await perform(command),
          attempts,
          at: (now += 1),
        });
      } catch (error) {
        if (!CompozyError.isInstance(error)) throw error;
        apply({ kind: 'activity-failed', key: command.key, failure: toFailureRecord(error), attempts, at: (now += 1) });
      }
      take();
    }
    for (const call of open.values()) {
      if (call.activity !== 'runTool') continue;
      const task = taskPath(call.input.origin.taskKey);
      if (toolInputs[task] === undefined) await noteToolCall(task, call.input);
    }
  }

  /** A call whose templates fail never reaches its tool. */
  async function noteToolCall(task: string, call: RunToolInput): Promise<void> {
    try {
      const prepared = await prepareToolCall(call, { blobs, env: project.secrets, validator });
      toolInputs[task] = prepared.input;
      toolEnvs[task] = prepared.env;
    } catch (error) {
      if (!CompozyError.isInstance(error)) throw error;
    }
  }

  async function perform(command: RunActivityCommand): Promise<Json> {
    switch (command.activity) {
      case 'evaluateTemplates': {
        const { value, at, seed, origin, outputSchema } = command.input;
        const rendered = await renderLate(value, { blobs, env: project.secrets, at, seed });
        const subject = `The output of task "${origin.taskKey}"`;
        checkSchema(validator, outputSchema, rendered, 'Output.Invalid', subject);
        return (await inlineOrBlob(blobs, rendered)) as Json;
      }
      case 'evaluateCondition':
        return await evaluateLateCondition(command.input.condition, command.input.context, blobs);
      case 'sendSignal':
        return await sendSignal(command.input, { plans: project.workflows.values(), blobs, validator, runs: NO_RUNS });
      case 'runMemory': {
        const { at, seed, inlineLimitBytes } = command.input;
        const { call } = await renderMemoryCall(command.input, { blobs, env: project.secrets, at, seed });
        return (await inlineOrBlob(blobs, (await memory.execute(call)) as unknown as Json, inlineLimitBytes)) as Json;
      }
      case 'expandItems':
        return (await expandItems(command.input, {
          blobs,
          env: {},
          at: command.input.at,
          seed: command.input.seed,
        })) as unknown as Json;
      case 'storeValue':
        return (await storeJson(blobs, command.input.value)) as unknown as Json;
      case 'loadValue':
        return await loadJson(blobs, command.input.ref);
      case 'assembleOutputs':
        return (await assembleOutputs(command.input, blobs)) as unknown as Json;
      default:
        throw new Error(`a scenario does not run "${command.activity}" by itself`);
    }
  }

  async function toEvent(next: ScenarioStep): Promise<RunEvent> {
    now += 1;
    if ('complete' in next) {
      const at = now;
      const key = toolKey(next.complete);
      const { result = null, attempts = 1 } = next;
      toolResults[key] = result;
      const call = commands.find((command) => command.key === key)!.input as RunToolInput;
      try {
        const output = await callScriptedTool(call, result, { blobs, env: project.secrets, validator });
        return { kind: 'activity-completed', key, result: output, attempts, at };
      } catch (error) {
        if (!CompozyError.isInstance(error)) throw error;
        return { kind: 'activity-failed', key, failure: toFailureRecord(error), attempts, at };
      }
    }
    if ('fail' in next) {
      const failure = { code: next.code ?? 'Tool.Threw', message: next.message ?? 'the tool failed', retryable: false };
      return { kind: 'activity-failed', key: toolKey(next.fail), failure, attempts: next.attempts ?? 1, at: now };
    }
    if ('lose' in next) {
      const timeout = next.kind ?? 'heartbeat';
      const failure = { code: 'Task.TimedOut', message: `activity ${timeout} timeout`, retryable: false };
      return { kind: 'activity-failed', key: toolKey(next.lose), failure, attempts: 1, timeout, at: now };
    }
    if ('deadline' in next) {
      const key = `root/${next.deadline}`;
      const deadline = step.state.deadlines[key];
      if (deadline === undefined)
        throw new Error(
          `${scenario.file}: no deadline "${key}"; there are ${Object.keys(step.state.deadlines).join(', ')}`,
        );
      now = Math.max(now, deadline.at);
      return { kind: 'deadline-reached', key, at: now };
    }
    if ('signal' in next) {
      const { signal: name, payload = null, id } = next;
      return { kind: 'signal-received', name, payload, at: now, ...(id === undefined ? {} : { id }) };
    }
    if ('pause' in next) return { kind: 'pause-requested', at: now };
    if ('resume' in next) return { kind: 'resume-requested', at: now };
    return { kind: 'cancel-requested', at: now };
  }

  /** The open call of a task; a step for a call that is not open is a mistake in the scenario. */
  function toolKey(path: string): string {
    const keys = [...open.keys()].filter((key) => key === `root/${path}/tool` || key.startsWith(`root/${path}/tool~`));
    const key = keys.at(-1);
    if (key === undefined)
      throw new Error(`${scenario.file}: no open call of "${path}"; open are ${[...open.keys()].join(', ') || 'none'}`);
    open.delete(key);
    return key;
  }
}
