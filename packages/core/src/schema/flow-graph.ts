import { isTemplate } from '../template/index.js';
import { taskSchemaOf } from '../tasks/schemas.js';
import type { CheckedTask } from './checked-task.js';

/** Which top-level task may follow which. */
export interface FlowGraph {
  /** D-21: the tasks run in the order of the file. */
  readonly inListOrder: boolean;
  /** Ids that a run may go to from the task at each index. */
  readonly next: readonly (readonly number[])[];
  /** Whether a run may end after the task at each index, other than by a failure that nobody handles. */
  readonly mayEnd: readonly boolean[];
  /** Whether the task at `before` may have run when the one at `index` starts. */
  mayPrecede(before: number, index: number): boolean;
  hasPredecessor(index: number): boolean;
  /** The tasks that a run which starts at the first one can come to. */
  readonly reachedFromStart: ReadonlySet<number>;
}

export function createFlowGraph(tasks: readonly CheckedTask[]): FlowGraph {
  const inListOrder = tasks.every((task) => !leadsOn(task));
  const everywhere = [...tasks.keys()];
  const byId = new Map(tasks.map(({ document }, index) => [document.id, index] as const).toReversed());
  const next = tasks.map((task, index) => {
    if (inListOrder) return task.document.final !== true && index + 1 < tasks.length ? [index + 1] : [];
    const targets = targetsOf(task);
    // A template may name any task.
    if (targets.some((id) => isTemplate(id))) return everywhere;
    return [...new Set(targets.flatMap((id) => byId.get(id) ?? []))];
  });
  const mayEnd = tasks.map((task) => {
    const { final, on_success: onSuccess } = task.document;
    // A router always goes on; a template may name any task, so it is never called endless.
    return (
      final === true ||
      (task.type !== 'router' && onSuccess?.next === undefined) ||
      targetsOf(task).some((id) => isTemplate(id))
    );
  });
  const after = next.map((_, index) => reachableFrom(index, next, everywhere));
  const targeted = new Set(next.flat());
  return {
    inListOrder,
    next,
    mayEnd,
    mayPrecede: (before, index) => after[before]?.has(index) === true,
    hasPredecessor: (index) => targeted.has(index),
    reachedFromStart: tasks.length === 0 ? new Set() : new Set([0, ...after[0]!]),
  };
}

/** The groups of tasks that lead to each other and never out: no end, and no way to another task. */
export function endlessCycles(graph: FlowGraph): readonly (readonly number[])[] {
  const seen = new Set<number>();
  const cycles: number[][] = [];
  for (const index of graph.next.keys()) {
    if (seen.has(index) || !graph.mayPrecede(index, index)) continue;
    const group = [...graph.next.keys()].filter(
      (other) => graph.mayPrecede(index, other) && graph.mayPrecede(other, index),
    );
    for (const member of group) seen.add(member);
    const isClosed = group.every(
      (member) => !graph.mayEnd[member] && graph.next[member]!.every((target) => group.includes(target)),
    );
    if (isClosed) cycles.push(group);
  }
  return cycles;
}

function leadsOn({ type, document }: CheckedTask): boolean {
  return type === 'router' || document.on_success?.next !== undefined || document.on_error?.next !== undefined;
}

function targetsOf({ type, document, known }: CheckedTask): readonly string[] {
  const others = known ? (taskSchemaOf(type).targets?.(document) ?? []) : [];
  // A final task ends the run even when it names a next one; its failure may still be handled.
  const success = document.final === true ? [] : [document.on_success?.next];
  return [...success, document.on_error?.next, ...others].filter((id) => id !== undefined);
}

function reachableFrom(start: number, next: FlowGraph['next'], everywhere: readonly number[]): ReadonlySet<number> {
  const reached = new Set<number>();
  const open = [start];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (next[index] === everywhere) return new Set(everywhere);
    for (const target of next[index]!) {
      if (reached.has(target)) continue;
      reached.add(target);
      open.push(target);
    }
  }
  return reached;
}
