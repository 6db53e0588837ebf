import type { GraphEdge, GraphEdgeKind, GraphNode, WorkflowGraph } from './workflow-graph.js';

/** How a node is drawn, by its type; other tasks are boxes. */
const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  start: ['([', '])'],
  end: ['([', '])'],
  unknown: ['((', '))'],
  router: ['{', '}'],
  wait: ['{{', '}}'],
};
const BOX = ['[', ']'] as const;

/** An arrow, and what is said of it when the edge has no label of its own. */
const ARROWS: Readonly<Record<GraphEdgeKind, { readonly arrow: string; readonly text?: string }>> = {
  start: { arrow: '-->' },
  end: { arrow: '-->' },
  order: { arrow: '-->' },
  success: { arrow: '-->' },
  route: { arrow: '-->' },
  error: { arrow: '-.->', text: 'error' },
  timeout: { arrow: '-.->', text: 'timeout' },
};

/**
 * The graph as a Mermaid flowchart. Node names are made up and every text is escaped, so it is valid whatever ids,
 * routes and templates hold.
 */
export function toMermaid({ nodes, edges }: WorkflowGraph): string {
  const names = new Map(nodes.map(({ id }, index) => [id, `n${index}`] as const));
  const nameOf = (id: string) => names.get(id)!;
  const parents = new Map(nodes.map(({ id, parent }) => [id, parent] as const));
  const isInside = ({ from, to }: GraphEdge) => parents.get(to) === from;
  const containers = new Set(nodes.flatMap(({ parent }) => parent ?? []));
  // An edge may not lead from a box into itself: it begins at a point inside.
  const entered = new Set(edges.filter(isInside).map(({ from }) => from));

  const lines = ['flowchart TB'];
  const drawLevel = (parent: string | undefined, indent: string): void => {
    if (parent !== undefined && entered.has(parent)) lines.push(`${indent}${nameOf(parent)}in((" "))`);
    for (const node of nodes) {
      if (node.parent !== parent) continue;
      if (containers.has(node.id)) {
        lines.push(`${indent}subgraph ${nameOf(node.id)}["${nodeText(node, ' · ')}"]`);
        drawLevel(node.id, `${indent}  `);
        lines.push(`${indent}end`);
      } else {
        const [open, close] = SHAPES[node.type] ?? BOX;
        lines.push(`${indent}${nameOf(node.id)}${open}"${nodeText(node, '<br/>')}"${close}`);
      }
    }
  };
  drawLevel(undefined, '  ');
  for (const edge of edges) {
    const { arrow, text } = ARROWS[edge.kind];
    const own = edge.label === undefined ? undefined : escaped(edge.label);
    const label = [text, own].filter((part) => part !== undefined).join(': ');
    const from = `${nameOf(edge.from)}${isInside(edge) ? 'in' : ''}`;
    lines.push(`  ${from} ${arrow}${label === '' ? '' : `|"${label}"|`} ${nameOf(edge.to)}`);
  }
  const finals = nodes.filter(({ final }) => final === true).map(({ id }) => nameOf(id));
  if (finals.length > 0) lines.push('  classDef final stroke-width:3px', `  class ${finals.join(',')} final`);
  return `${lines.join('\n')}\n`;
}

function nodeText({ label, type, ref }: GraphNode, separator: string): string {
  return ref === undefined ? escaped(label) : `${escaped(label)}${separator}${escaped(type)}`;
}

/**
 * Texts are HTML and Markdown to Mermaid, and some of its own syntax reaches into quotes: what may mean anything is
 * written as a number.
 */
function escaped(text: string): string {
  const lines = text
    .toWellFormed()
    .split(/\r\n?|\n/)
    .map((line) => escapedLine(line));
  return lines.every((line) => line.trim() === '') ? '#160;' : lines.join('<br/>');
}

/** The inside of what begins a formula, a line break or an icon. Numbers are read before: only what has no width helps. */
const LATE_SYNTAX = /(?<=\$)(?=\$)|(?<=\\)(?=n)|(?<=fa[bklrs]?:)(?=fa-)/g;

function escapedLine(line: string): string {
  // A number or a dash in front would begin a list.
  const plain = /^\s*(\d+[.)]|[-+*])(\s|$)/.test(line) ? /[A-Za-z0-9 _,/=?]/ : /[A-Za-z0-9 _.,/()=?-]/;
  let result = '';
  for (const character of line.replaceAll(LATE_SYNTAX, '\u200B')) {
    const code = character.codePointAt(0)!;
    if (plain.test(character)) result += character;
    else if (character === '\t') result += ' ';
    else if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(character)) result += '\uFFFD';
    else result += code < 128 ? `#${code};` : character;
  }
  return result;
}
