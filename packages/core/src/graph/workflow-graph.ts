export interface GraphNode {
  /** Unique in the graph: the ids of the tasks around it and its own, as `--json` of `run` has them (`all/first`). */
  readonly id: string;
  /** Where the task stands in the plan: `1`, `0/tasks/2`. What is no task has none. */
  readonly ref?: string;
  /** A type of task, or `start`, `end`, `unknown`. */
  readonly type: string;
  readonly label: string;
  /** The container that it stands in. */
  readonly parent?: string;
  /** The run ends when this task ended well, whatever stands after it. */
  readonly final?: true;
}

/**
 * Why a run goes from one node to the other: by `on_success`, by `on_error`, when the time to wait was over, by a route
 * of a router, or, without a transition, by the order of the file. `start` and `end` are the run's own.
 */
export type GraphEdgeKind = 'start' | 'success' | 'error' | 'timeout' | 'route' | 'order' | 'end';

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: GraphEdgeKind;
  /** Name of the route, or the template that gives the target. */
  readonly label?: string;
}

/** The tasks of a workflow and the ways between them. JSON; the order is that of the file. */
export interface WorkflowGraph {
  /** Id of the workflow. */
  readonly workflow: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}
