import { Graph, layout } from '@dagrejs/dagre';
import type { GraphEdge, GraphNode, WorkflowGraph } from '@compozy/core/graph';
import { cellsOf, wrapText } from './measure-text.js';

/** Widest character of the usual fixed-width fonts, in parts of the font size. */
const CELL = 0.62;
export const NODE_FONT = 14;
export const SMALL_FONT = 11;
export const LINE = 1.3;
const NODE_CELLS = 28;
const EDGE_CELLS = 24;
const EDGE_LINES = 4;
const PADDING = 14;
const INSIDE = 20;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle by its upper left corner. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export interface PlacedNode extends Box {
  readonly node: GraphNode;
  readonly lines: readonly string[];
  /** Below the lines: the type of the task. */
  readonly small?: string;
  readonly isContainer: boolean;
}

export interface PlacedEdge {
  readonly edge: GraphEdge;
  readonly points: readonly Point[];
  readonly label?: Box & { readonly lines: readonly string[] };
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  /** Containers before what is inside of them. */
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  /** Where ways from a container to its own children begin. */
  readonly entries: readonly Point[];
}

/** The part of dagre's graph that is used; its own types do not resolve for ES modules. */
interface DagreGraph {
  setGraph(options: object): void;
  setNode(name: string, size: { width: number; height: number }): void;
  setEdge(from: string, to: string, label: object, name: string): void;
  graph(): { width: number; height: number };
  node(name: string): Box;
  edge(from: string, to: string, name: string): { points: readonly Point[]; x?: number; y?: number };
}

const NOTHING: GraphLayout = { width: 0, height: 0, nodes: [], edges: [], entries: [] };
/** No node is called so; an empty name would be none to dagre. */
const ENTRY = '$entry';
const ENTRY_SIZE = 10;

/** Where everything stands. Each container is laid out by itself, and is one box for what is around it. */
export function layoutGraph(graph: WorkflowGraph): GraphLayout {
  const parents = new Map(graph.nodes.map(({ id, parent }) => [id, parent] as const));
  const containers = new Set(graph.nodes.flatMap(({ parent }) => parent ?? []));
  return layoutLevel(undefined);

  function layoutLevel(parent: string | undefined): GraphLayout {
    const members = graph.nodes.filter((node) => node.parent === parent).map((node) => measured(node));
    const edges = graph.edges.filter(({ to }) => parents.get(to) === parent);
    const hasEntry = edges.some(({ from }) => from === parent);
    const dagre = new Graph({ multigraph: true }) as DagreGraph;
    dagre.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: 40, edgesep: 16, ranker: 'network-simplex' });
    if (hasEntry) dagre.setNode(ENTRY, { width: ENTRY_SIZE, height: ENTRY_SIZE });
    for (const { node, width, height } of members) dagre.setNode(node.id, { width, height });
    const ends = (edge: GraphEdge) => [edge.from === parent ? ENTRY : edge.from, edge.to] as const;
    for (const [index, edge] of edges.entries()) {
      const { width, height } = labelOf(edge);
      dagre.setEdge(...ends(edge), { width, height, labelpos: 'c' }, String(index));
    }
    layout(dagre);

    const placed = members.map(({ inner, ...member }) => {
      const { x, y } = dagre.node(member.node.id);
      const box = { ...member, x: x - member.width / 2, y: y - member.height / 2 };
      const innerAt = { x: x - inner.width / 2, y: box.y + box.height - INSIDE - inner.height };
      return { box, inner: moved(inner, innerAt) };
    });
    const entry = hasEntry ? dagre.node(ENTRY) : undefined;
    const level: GraphLayout = {
      ...NOTHING,
      nodes: placed.flatMap(({ box, inner }) => [box, ...inner.nodes]),
      edges: [
        ...edges.map((edge, index) => {
          const found = placedEdge(edge, dagre.edge(...ends(edge), String(index)));
          return edge.from === edge.to ? loop(found, dagre.node(edge.from)) : found;
        }),
        ...placed.flatMap(({ inner }) => inner.edges),
      ],
      entries: [
        ...(entry === undefined ? [] : [{ x: entry.x, y: entry.y }]),
        ...placed.flatMap(({ inner }) => inner.entries),
      ],
    };
    return cropped(level);
  }

  function measured(node: GraphNode): Omit<PlacedNode, 'x' | 'y'> & { readonly inner: GraphLayout } {
    const lines = wrapText(node.label, NODE_CELLS);
    const small = node.ref === undefined ? undefined : node.type;
    const textWidth = Math.max(widthOf(lines, NODE_FONT), widthOf([small ?? ''], SMALL_FONT)) + 2 * PADDING;
    const textHeight = textHeightOf(lines, small);
    const isContainer = containers.has(node.id);
    const inner = isContainer ? layoutLevel(node.id) : NOTHING;
    return {
      node,
      lines,
      ...(small === undefined ? {} : { small }),
      isContainer,
      inner,
      width: Math.max(textWidth, isContainer ? inner.width + 2 * INSIDE : 0),
      height: textHeight + (isContainer ? inner.height + INSIDE : 0),
    };
  }
}

/** Height of the text of a node, with the room above and below. */
function textHeightOf(lines: readonly string[], small: string | undefined): number {
  return lines.length * NODE_FONT * LINE + (small === undefined ? 0 : SMALL_FONT * LINE) + 2 * 9;
}

function placedEdge(edge: GraphEdge, at: ReturnType<DagreGraph['edge']>): PlacedEdge {
  const { lines, width, height } = labelOf(edge);
  const { points, x = 0, y = 0 } = at;
  if (lines.length === 0) return { edge, points };
  return { edge, points, label: { lines, width, height, x: x - width / 2, y: y - height / 2 } };
}

/** A way from a task to itself: out of its right side and back, round the room that dagre left for it. */
function loop(placed: PlacedEdge, { x, y, width, height }: Box): PlacedEdge {
  const side = x + width / 2;
  const far = placed.label?.x ?? Math.max(...placed.points.map((point) => point.x));
  const [above, below] = [y - height / 4, y + height / 4];
  const points = [
    { x: side, y: above },
    { x: far, y: above },
    { x: far, y: below },
    { x: side, y: below },
  ];
  return { ...placed, points };
}

/** `error` and `timeout` say so; other ways have the name that they were given. */
function labelOf({ kind, label }: GraphEdge): { lines: readonly string[]; width: number; height: number } {
  const text = [kind === 'error' || kind === 'timeout' ? kind : undefined, label];
  const lines = text.flatMap((part) => (part === undefined ? [] : wrapText(part, EDGE_CELLS, EDGE_LINES)));
  if (lines.length === 0) return { lines, width: 0, height: 0 };
  return { lines, width: widthOf(lines, SMALL_FONT) + 8, height: lines.length * SMALL_FONT * LINE + 6 };
}

function widthOf(lines: readonly string[], size: number): number {
  return Math.max(...lines.map((line) => cellsOf(line))) * CELL * size;
}

/** The same with its upper left corner at nought, and as large as what is in it. */
function cropped(level: GraphLayout): GraphLayout {
  const boxes: readonly Box[] = [...level.nodes, ...level.edges.flatMap(({ label }) => label ?? [])];
  const points = [...level.edges.flatMap((edge) => edge.points), ...level.entries];
  const left = Math.min(...boxes.map(({ x }) => x), ...points.map(({ x }) => x));
  const top = Math.min(...boxes.map(({ y }) => y), ...points.map(({ y }) => y));
  const right = Math.max(...boxes.map(({ x, width }) => x + width), ...points.map(({ x }) => x));
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height), ...points.map(({ y }) => y));
  return { ...moved(level, { x: -left, y: -top }), width: right - left, height: bottom - top };
}

function moved(level: GraphLayout, by: Point): GraphLayout {
  const move = <T extends Point>(point: T): T => ({ ...point, x: point.x + by.x, y: point.y + by.y });
  return {
    ...level,
    nodes: level.nodes.map((node) => move(node)),
    edges: level.edges.map((edge) => ({
      ...edge,
      points: edge.points.map((point) => move(point)),
      ...(edge.label === undefined ? {} : { label: move(edge.label) }),
    })),
    entries: level.entries.map((point) => move(point)),
  };
}
