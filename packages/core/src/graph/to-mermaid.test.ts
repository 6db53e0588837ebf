import * as fc from 'fast-check';
import { JSDOM } from 'jsdom';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Mermaid } from 'mermaid';
import { loadPlan } from '../../test/temp-project.js';
import { toMermaid } from './to-mermaid.js';
import { toWorkflowGraph } from './to-workflow-graph.js';
import type { GraphEdge, WorkflowGraph } from './workflow-graph.js';

let mermaid: Mermaid;

beforeAll(async () => {
  // Mermaid cleans texts with DOMPurify, which wants a document.
  const { window } = new JSDOM('');
  Object.assign(globalThis, { window, document: window.document });
  ({ default: mermaid } = await import('mermaid'));
  mermaid.initialize({ startOnLoad: false, maxTextSize: 1_000_000, suppressErrorRendering: true });
  await mermaid.parse('flowchart TB\n a');
});

/** What Mermaid's own parser reads from the text. */
interface Flowchart {
  getVertices(): ReadonlyMap<string, { readonly text?: string }>;
  getEdges(): readonly { readonly start: string; readonly end: string; readonly text: string }[];
  getSubGraphs(): readonly { readonly id: string; readonly title: string; readonly nodes: readonly string[] }[];
}

async function parsed(text: string): Promise<Flowchart> {
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  expect(diagram.type).toBe('flowchart-v2');
  return diagram.db as unknown as Flowchart;
}

/** A text of Mermaid as a reader sees it. */
function seen(text: string): string {
  return text
    .replaceAll(/ﬂ°°(\d+)¶ß/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/<br\s*\/?>/g, '\n');
}

/** What a reader should see of a label: what no font has is replaced. */
function shown(label: string): string {
  const lines = label.toWellFormed().split(/\r\n?|\n/);
  return lines
    .join('\n')
    .replaceAll('\t', ' ')
    .replaceAll(/[^\P{Cc}\n]|[\p{Zl}\p{Zp}]/gu, '\uFFFD');
}

/** As a page shows it: blanks in a row are one, and what has no width is not there. */
function trimmed(text: string): string {
  return text
    .replaceAll('\u200B', '')
    .replaceAll(/[ \u00A0]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .trim();
}

const NASTY = [
  'a.b-c_d',
  'end',
  'say "hi" [now] {or} (never) | <b>bold</b>',
  'line one\nline two\r\nline three',
  '#quot; &lt; #35; 100%',
  '%%{init: {"theme":"dark"}}%%',
  '`**code**` $$x$$ \\n ; ---',
  '1. first',
  '- dash',
  'größe 名前 🚀 \u202Eright to left',
  '{{ .tasks.a.output | default "x" }}',
  'click a href "javascript:alert(1)"',
  '  ',
];

const oneBox = (label: string, edgeLabel: string): WorkflowGraph => ({
  workflow: label,
  nodes: [
    { id: label, ref: '0', type: 'parallel', label },
    { id: `${label}/x`, ref: '0/tasks/0', type: 'basic', label, parent: label },
    { id: 'other', ref: '1', type: 'router', label: 'other', final: true },
    { id: 'later', ref: '2', type: 'wait', label },
    { id: '$unknown', type: 'unknown', label },
  ],
  edges: [
    { from: label, to: 'other', kind: 'route', label: edgeLabel },
    { from: label, to: `${label}/x`, kind: 'route', label: edgeLabel },
    { from: 'other', to: 'other', kind: 'error', label: edgeLabel },
  ],
});

async function expectLabels(label: string, edgeLabel: string): Promise<void> {
  const chart = await parsed(toMermaid(oneBox(label, edgeLabel)));
  const [box] = chart.getSubGraphs();
  expect(trimmed(seen(box!.title))).toBe(trimmed(`${shown(label)} · parallel`));
  const textOf = (name: string) => trimmed(seen(chart.getVertices().get(name)!.text!));
  expect(textOf('n1')).toBe(trimmed(`${shown(label)}\nbasic`));
  expect(textOf('n3')).toBe(trimmed(`${shown(label)}\nwait`));
  expect(textOf('n4')).toBe(trimmed(shown(label)));
  const [plain, inner, failed] = chart.getEdges().map(({ text }) => trimmed(seen(text)));
  expect([plain, inner]).toEqual([trimmed(shown(edgeLabel)), trimmed(shown(edgeLabel))]);
  expect(failed).toBe(trimmed(`error: ${shown(edgeLabel)}`));
}

describe('toMermaid', () => {
  it.each(NASTY)('keeps %j as it is, in a box, in a node and on an arrow', async (text) => {
    await expectLabels(text, `to ${text}`);
    await expectLabels(`at ${text}`, text);
  });

  it('has nothing in a text that Mermaid would make something of after it has read the numbers', async () => {
    const chart = await parsed(toMermaid(oneBox('$$$x$$ \\n fab:fa-car fa:fa-x', 'y')));
    expect(seen(chart.getVertices().get('n1')!.text!)).not.toMatch(/\$\$|\\n|fab?:fa-/);
  });

  it('keeps any text', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'"\'`#&;:<>|[](){}%\\/$@~^=*_-.! \n1aé') }),
    );
    await fc.assert(
      fc.asyncProperty(text, text, async (label, edgeLabel) => expectLabels(`x${label}`, `x${edgeLabel}`)),
      { numRuns: 100, seed: 20_261_124 },
    );
  });

  it('draws boxes in boxes, and every way between the tasks', async () => {
    const plan = await loadPlan(`
id: w
tasks:
  - { id: fetch.all-items, type: basic, tool: fetch, on_success: { next: all }, on_error: { next: "{{ .error.code }}" } }
  - id: all
    type: parallel
    final: true
    tasks:
      - { id: steps, type: composite, tasks: [{ id: a, tool: fetch, type: basic }, { id: end, tool: store, type: basic }] }
      - { id: each, type: collection, items: [1], task: { id: "{{ .item }}", type: basic, tool: store } }
`);
    const graph = toWorkflowGraph(plan);
    const text = toMermaid(graph);
    expect(text).toMatchInlineSnapshot(`
      "flowchart TB
        n0(["start"])
        n1["fetch.all-items<br/>basic"]
        subgraph n2["all · parallel"]
          subgraph n3["steps · composite"]
            n4["a<br/>basic"]
            n5["end<br/>basic"]
          end
          subgraph n6["each · collection"]
            n7["#123;#123; .item #125;#125;<br/>basic"]
          end
        end
        n8(("?"))
        n9(["end"])
        n4 --> n5
        n0 --> n1
        n1 --> n2
        n1 -.->|"error: #123;#123; .error.code #125;#125;"| n8
        n2 --> n9
        classDef final stroke-width:3px
        class n2 final
      "
    `);
    const chart = await parsed(text);
    expect(chart.getSubGraphs().map(({ id, nodes }) => [id, [...nodes].toSorted()])).toEqual([
      ['n3', ['n4', 'n5']],
      ['n6', ['n7']],
      ['n2', ['n3', 'n6']],
    ]);
    const nameOf = (id: string) => `n${graph.nodes.findIndex((node) => node.id === id)}`;
    expect(chart.getEdges().map(({ start, end }) => [start, end])).toEqual(
      graph.edges.map(({ from, to }: GraphEdge) => [nameOf(from), nameOf(to)]),
    );
  });
});
