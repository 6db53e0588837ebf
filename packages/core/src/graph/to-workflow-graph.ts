import type { Plan } from '../model/plan.js';
import type { Task } from '../model/task.js';
import { behaviorOf } from '../tasks/behaviors.js';
import type { TaskBehavior } from '../tasks/task-behavior.js';
import { isTemplate } from '../template/index.js';
import type { GraphEdge, GraphEdgeKind, GraphNode, WorkflowGraph } from './workflow-graph.js';

/** No task id begins so. */
const START = '$start';
const END = '$end';
const UNKNOWN = '$unknown';

interface Placed {
  readonly task: Task;
  readonly node: GraphNode;
  readonly children: readonly Placed[];
}

/** What a drawing has to know of a type of task. */
export type GraphBehavior = Pick<TaskBehavior<Task>, 'children' | 'childrenInOrder' | 'targets'>;

/**
 * The plan as a graph: every task, containers with what is inside of them, and every way that the run may take.
 * `behavior` is for types of task that are not the engine's own.
 */
export function toWorkflowGraph(plan: Plan, behavior: (task: Task) => GraphBehavior = behaviorOf): WorkflowGraph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const taken = new Set<string>();

  const tasks = placeTop();
  const [first] = tasks;
  if (first !== undefined) connect(START, first.node.id, 'start');
  for (const [index, placed] of tasks.entries()) {
    const { task, node } = placed;
    const targets = connectTargets(placed, tasks);
    const next = task.final === true ? undefined : task.onSuccess?.next;
    if (next !== undefined) connectTask(placed, next, tasks, 'success');
    if (task.onError?.next !== undefined) connectTask(placed, task.onError.next, tasks, 'error');
    const following = plan.inListOrder && task.final !== true ? tasks[index + 1] : undefined;
    if (following !== undefined) connect(node.id, following.node.id, 'order');
    // What goes on by a route has no other way on; but one that waits, and went on only because time was up, has.
    else if (task.final === true || (next === undefined && !targets.includes('route'))) connect(node.id, END, 'end');
  }
  if (edges.some(({ to }) => to === END)) nodes.push({ id: END, type: 'end', label: 'end' });
  return { workflow: plan.workflow.id, nodes, edges };

  function placeTop(): readonly Placed[] {
    nodes.push({ id: START, type: 'start', label: 'start' });
    return plan.tasks.map((task, index) => place(task, { ref: String(index), name: task.id }));
  }

  function place(task: Task, at: { ref: string; name: string; parent?: string }): Placed {
    const label = task.id === '' ? at.name : task.id;
    const node: GraphNode = {
      id: uniqueId(at.parent === undefined ? label : `${at.parent}/${label}`),
      ref: at.ref,
      type: task.type,
      label,
      ...(at.parent === undefined ? {} : { parent: at.parent }),
      ...(task.final === true && at.parent === undefined ? { final: true as const } : {}),
    };
    nodes.push(node);
    const children = Object.entries(behavior(task).children(task)).map(([name, child]) =>
      place(child, { ref: `${at.ref}/${name}`, name, parent: node.id }),
    );
    const placed: Placed = { task, node, children };
    connectInside(placed);
    return placed;
  }

  /** Inside of a container, what it does itself decides what comes next: transitions of its children have no effect. */
  function connectInside({ task, children }: Placed): void {
    for (const [index, child] of children.entries()) {
      connectTargets(child, children);
      const following = children[index + 1];
      if (behavior(task).childrenInOrder === true && following !== undefined) {
        connect(child.node.id, following.node.id, 'order');
      }
    }
  }

  function connectTargets(from: Placed, siblings: readonly Placed[]): readonly GraphEdgeKind[] {
    return Object.entries(behavior(from.task).targets?.(from.task) ?? {}).map(([name, id]) => {
      const kind = /^(on[ _-]?)?timeout$/i.test(name) ? 'timeout' : 'route';
      // The task that a router in a container chose runs as its child.
      connectTask(from, id, [...from.children, ...siblings], kind, kind === 'route' ? name : undefined);
      return kind;
    });
  }

  function connectTask(
    from: Placed,
    id: string,
    candidates: readonly Placed[],
    kind: GraphEdgeKind,
    label?: string,
  ): void {
    const target = candidates.find(({ task }) => task.id === id);
    if (target !== undefined && !isTemplate(id)) connect(from.node.id, target.node.id, kind, label);
    else connect(from.node.id, unknownIn(from.node.parent), kind, label === undefined ? id : `${label}: ${id}`);
  }

  /** Where a template leads is known when it runs. */
  function unknownIn(parent: string | undefined): string {
    const id = parent === undefined ? UNKNOWN : `${parent}/${UNKNOWN}`;
    if (!taken.has(id)) {
      taken.add(id);
      nodes.push({ id, type: 'unknown', label: '?', ...(parent === undefined ? {} : { parent }) });
    }
    return id;
  }

  function uniqueId(wanted: string): string {
    let id = wanted;
    for (let count = 2; taken.has(id); count += 1) id = `${wanted}#${count}`;
    taken.add(id);
    return id;
  }

  function connect(from: string, to: string, kind: GraphEdgeKind, label?: string): void {
    edges.push({ from, to, kind, ...(label === undefined ? {} : { label }) });
  }
}
