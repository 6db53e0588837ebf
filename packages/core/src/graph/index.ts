export { toMermaid } from './to-mermaid.js';
export { toWorkflowGraph, type GraphBehavior } from './to-workflow-graph.js';
export type { GraphEdge, GraphEdgeKind, GraphNode, WorkflowGraph } from './workflow-graph.js';
