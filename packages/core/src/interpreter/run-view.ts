import { toErrorView } from '../errors/failure.js';
import type { Plan } from '../model/plan.js';
import type { RunView, TaskView } from '../model/run-view.js';
import { isTerminal, type Status } from '../model/task.js';
import { isJsonObject, type JsonObject } from '../model/json.js';
import { behaviorOf, taskAt } from '../tasks/behaviors.js';
import { stableId } from '../model/stable-id.js';
import type { RunState, TaskNode } from './state.js';

/** A run as users see it. */
export function toRunView(plan: Plan, state: RunState): RunView {
  const tasks: Record<string, TaskView> = {};
  for (const node of Object.values(state.nodes)) tasks[taskPath(node.key)] = toTaskView(plan, state, node);
  return {
    workflow_id: state.context.workflowId,
    workflow_exec_id: state.context.execId,
    status: runStatus(state),
    input: state.context.input,
    output: state.output ?? null,
    error: state.failure === undefined ? null : toErrorView(state.failure),
    tasks,
    usage: {},
    started_at: new Date(state.context.at).toISOString(),
    ended_at: state.ended ? new Date(state.at).toISOString() : null,
  };
}

/** A run waits when some task does and nothing else goes on. */
export function runStatus({ status, nodes, issued }: RunState): Status {
  if (status !== 'RUNNING' || Object.keys(issued).length > 0) return status;
  const open = Object.values(nodes).filter((node) => !isTerminal(node.status));
  return open.some((node) => node.status === 'WAITING') ? 'WAITING' : status;
}

export function taskPath(key: string): string {
  return key.startsWith('root/') ? key.slice('root/'.length) : key;
}

function toTaskView(plan: Plan, state: RunState, node: TaskNode): TaskView {
  const task = taskAt(plan.tasks, node.ref);
  const idOf = (key: string) => stableId(`${state.context.execId}/${key}`);
  const progress = progressOf(node.data);
  return {
    task_id: node.id,
    task_exec_id: idOf(node.key),
    type: task.type,
    execution_type: behaviorOf(task).executionType ?? 'basic',
    component: behaviorOf(task).component ?? 'task',
    status: node.status,
    input: node.input,
    output: node.output ?? null,
    error: node.error === undefined ? null : toErrorView(node.error),
    attempts: node.attempts,
    started_at: new Date(node.startedAt).toISOString(),
    ended_at: node.endedAt === undefined ? null : new Date(node.endedAt).toISOString(),
    ...(node.parent === null ? {} : { parent: taskPath(node.parent), parent_state_id: idOf(node.parent) }),
    ...(progress === undefined ? {} : { progress }),
  };
}

/** Containers keep their counters under these names. */
function progressOf(data: unknown): TaskView['progress'] | undefined {
  if (!isJsonObject(data) || typeof data['total'] !== 'number' || !Array.isArray(data['active'])) return undefined;
  const count = (name: string) => Number((data as JsonObject)[name] ?? 0);
  const failed = count('failed') + count('timedOut');
  return {
    total: data['total'],
    settled: count('success') + count('canceled') + failed,
    failed,
    active: data['active'].length,
  };
}
