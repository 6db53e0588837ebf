import type { GraphEdgeKind, WorkflowGraph } from '@compozy/core/graph';
import {
  layoutGraph,
  LINE,
  NODE_FONT,
  SMALL_FONT,
  type PlacedEdge,
  type PlacedNode,
  type Point,
} from './layout-graph.js';

const MARGIN = 24;

const INK = '#1f2937';
const LINES: Readonly<Record<GraphEdgeKind, { readonly color: string; readonly dashed?: true }>> = {
  start: { color: '#4b5563' },
  end: { color: '#4b5563' },
  order: { color: '#4b5563' },
  success: { color: '#4b5563' },
  route: { color: '#1d4ed8' },
  error: { color: '#b91c1c', dashed: true },
  timeout: { color: '#b45309', dashed: true },
};

/**
 * The graph as an SVG file that needs nothing else: no fonts, scripts or styles from outside. It brings its own
 * background, so that it reads the same on a light page and on a dark one.
 */
export function toSvg(graph: WorkflowGraph): string {
  const { nodes, edges, entries, width, height } = layoutGraph(graph);
  const [w, h] = [rounded(width + 2 * MARGIN), rounded(height + 2 * MARGIN)];
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace">`,
    `<title>${escaped(graph.workflow)}</title>`,
    '<defs>',
    ...[...new Set(Object.values(LINES).map(({ color }) => color))].map((color) => marker(color)),
    '</defs>',
    `<rect width="${w}" height="${h}" rx="8" fill="#ffffff"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    ...nodes.map((node) => drawNode(node)),
    ...entries.map(({ x, y }) => `<circle cx="${rounded(x)}" cy="${rounded(y)}" r="5" fill="${LINES.route.color}"/>`),
    ...edges.map((edge) => drawLine(edge)),
    ...edges.map((edge) => drawLabel(edge)),
    '</g>',
    '</svg>',
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

function drawNode({ node, lines, small, isContainer, x, y, width, height }: PlacedNode): string {
  const isPoint = node.ref === undefined;
  const fill = isPoint ? '#e5e7eb' : isContainer ? '#f3f4f6' : '#ffffff';
  const box = `<rect x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}" rx="${
    isPoint ? rounded(height / 2) : 6
  }" fill="${fill}" stroke="${INK}" stroke-width="${node.final === true ? 3 : 1}"/>`;
  const middle = x + width / 2;
  let base = y + 9 - NODE_FONT * (LINE - 1);
  const texts = lines.map((line) => {
    base += NODE_FONT * LINE;
    return textAt({ x: middle, y: base }, line, `font-size="${NODE_FONT}" font-weight="600" fill="${INK}"`);
  });
  if (small !== undefined) {
    base += SMALL_FONT * LINE;
    texts.push(textAt({ x: middle, y: base }, small, `font-size="${SMALL_FONT}" fill="#4b5563"`));
  }
  return `<g><title>${escaped(node.id)}</title>${box}${texts.join('')}</g>`;
}

function drawLine({ edge, points }: PlacedEdge): string {
  const { color, dashed } = LINES[edge.kind];
  const dashes = dashed === true ? ' stroke-dasharray="5 4"' : '';
  return `<path d="${curve(points)}" fill="none" stroke="${color}" stroke-width="1.5"${dashes} marker-end="url(#arrow-${color.slice(1)})"/>`;
}

/** Above all lines, on a ground of its own: whatever crosses it, it can be read. */
function drawLabel({ edge, label }: PlacedEdge): string {
  if (label === undefined) return '';
  const { x, y, width, height, lines } = label;
  const { color } = LINES[edge.kind];
  const texts = lines.map((line, index) =>
    textAt(
      { x: x + width / 2, y: y + 3 + SMALL_FONT * (LINE * (index + 1) - (LINE - 1)) },
      line,
      `font-size="${SMALL_FONT}" fill="${color}"`,
    ),
  );
  const ground = `<rect x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}" rx="3" fill="#ffffff" fill-opacity="0.92"/>`;
  return `<g><title>${escaped(edge.label ?? edge.kind)}</title>${ground}${texts.join('')}</g>`;
}

/** Straight at both ends, round at every bend between. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (first === undefined || last === undefined) return '';
  let path = `M${at(first)}`;
  for (const [index, point] of rest.entries()) {
    const next = rest[index + 1] ?? last;
    const end = index === rest.length - 1 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    path += ` Q${at(point)} ${at(end)}`;
  }
  return rest.length === 0 ? `${path} L${at(last)}` : path;
}

function marker(color: string): string {
  return `<marker id="arrow-${color.slice(1)}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="${color}"/></marker>`;
}

function textAt({ x, y }: Point, text: string, attributes: string): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}" text-anchor="middle" ${attributes}>${escaped(text)}</text>`;
}

function at({ x, y }: Point): string {
  return `${rounded(x)} ${rounded(y)}`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\n\t]|[\uFFFE\uFFFF]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
