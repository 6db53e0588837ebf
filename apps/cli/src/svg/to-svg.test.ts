import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import type { GraphEdge, GraphNode, WorkflowGraph } from '@compozy/core/graph';
import { layoutGraph, type Box, type GraphLayout } from './layout-graph.js';
import { toSvg } from './to-svg.js';

const node = (id: string, more: Partial<GraphNode> = {}): GraphNode => ({
  id,
  ref: id,
  type: 'basic',
  label: id.slice(id.lastIndexOf('/') + 1),
  ...more,
});
const edge = (from: string, to: string, more: Partial<GraphEdge> = {}): GraphEdge => ({
  from,
  to,
  kind: 'success',
  ...more,
});

const long = 'a-very-long-id.with-parts_and_more-parts-of-it-that-never-end';
const template = '{{ if eq .error.code "Tool.Threw" }}first & <second>{{ else }}"third" | 名前{{ end }}'.repeat(3);

/** Loops, two ways between the same tasks, boxes in boxes, a way from a box to what is inside of it. */
const graph: WorkflowGraph = {
  workflow: 'a & b < "c"',
  nodes: [
    { id: '$start', type: 'start', label: 'start' },
    node('first'),
    node('box', { type: 'parallel', final: true }),
    node('box/steps', { type: 'composite', parent: 'box' }),
    node('box/steps/one', { parent: 'box/steps' }),
    node('box/steps/two', { parent: 'box/steps', label: '名前🚀'.repeat(20) }),
    node('box/choose', { type: 'router', parent: 'box' }),
    node('box/choose/left', { parent: 'box/choose' }),
    node('box/choose/right', { parent: 'box/choose' }),
    node(long),
    { id: '$unknown', type: 'unknown', label: '?' },
    { id: '$end', type: 'end', label: 'end' },
  ],
  edges: [
    edge('$start', 'first', { kind: 'start' }),
    edge('first', 'box'),
    edge('first', 'box', { kind: 'error' }),
    edge('first', 'first', { kind: 'error' }),
    edge('first', 'first', { kind: 'route', label: 'again' }),
    edge('box/steps/one', 'box/steps/two', { kind: 'order' }),
    edge('box/choose', 'box/choose/left', { kind: 'route', label: 'left' }),
    edge('box/choose', 'box/choose/right', { kind: 'route', label: 'right' }),
    edge('box', long, { kind: 'timeout' }),
    edge(long, 'first'),
    edge(long, '$unknown', { kind: 'error', label: template }),
    edge('box', '$end', { kind: 'end' }),
  ],
};

const contains = (outer: Box, inner: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;
const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const placeOf = ({ nodes }: GraphLayout, id: string): Box => nodes.find((one) => one.node.id === id)!;

describe('toSvg', () => {
  const layout = layoutGraph(graph);
  const { document } = new JSDOM(toSvg(graph), { contentType: 'image/svg+xml' }).window;

  it('keeps children inside of their boxes and neighbours apart', () => {
    for (const one of layout.nodes) {
      const { parent } = one.node;
      const outside = parent === undefined ? { x: 0, y: 0, ...layout } : placeOf(layout, parent);
      expect(contains(outside, one)).toBe(true);
      for (const other of layout.nodes) {
        if (other !== one && other.node.parent === parent) expect(overlap(one, other)).toBe(false);
      }
    }
  });

  it('draws every way, from one task to the other', () => {
    const drawn = layout.edges.map(({ edge: { from, to, kind } }) => `${from} ${kind} ${to}`);
    expect(drawn.toSorted()).toEqual(graph.edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`).toSorted());
    expect(document.querySelectorAll('path[marker-end]')).toHaveLength(graph.edges.length);
    const touches = (box: Box, { x, y }: { x: number; y: number }) =>
      contains(
        { x: box.x - 1, y: box.y - 1, width: box.width + 2, height: box.height + 2 },
        { x, y, width: 0, height: 0 },
      );
    for (const { edge: way, points } of layout.edges) {
      expect([way, touches(placeOf(layout, way.from), points[0]!)]).toEqual([way, true]);
      expect([way, touches(placeOf(layout, way.to), points.at(-1)!)]).toEqual([way, true]);
    }
  });

  it('has room for each text in the box behind it', () => {
    const numbers = (element: Element, ...names: string[]) => names.map((name) => Number(element.getAttribute(name)));
    const texts = [...document.querySelectorAll('text')];
    expect(texts.length).toBeGreaterThan(graph.nodes.length);
    for (const text of texts) {
      const [x, y, size] = numbers(text, 'x', 'y', 'font-size') as [number, number, number];
      const [left, top, width, height] = numbers(
        text.parentElement!.querySelector('rect')!,
        'x',
        'y',
        'width',
        'height',
      );
      // Fixed-width fonts have letters of at most 0.62 em; of other scripts a letter is at most twice as wide.
      const cells = [...text.textContent!].reduce((sum, letter) => sum + (letter.codePointAt(0)! > 0x2fff ? 2 : 1), 0);
      const half = (cells * 0.62 * size) / 2;
      expect(x - half).toBeGreaterThanOrEqual(left! - 0.2);
      expect(x + half).toBeLessThanOrEqual(left! + width! + 0.2);
      expect(y - size).toBeGreaterThanOrEqual(top! - 3);
      expect(y).toBeLessThanOrEqual(top! + height!);
    }
  });

  it('shows whole ids, and of long labels the beginning, with all of it behind', () => {
    const texts = [...document.querySelectorAll('g')].map((group) => ({
      title: group.querySelector(':scope > title')?.textContent,
      text: [...group.querySelectorAll(':scope > text')].map(({ textContent }) => textContent).join(''),
    }));
    expect(texts.find(({ title }) => title === long)?.text).toBe(`${long}basic`);
    expect(texts.find(({ title }) => title === template)?.text).toMatch(/^error\{\{ if eq .*…$/);
  });

  it('needs nothing from outside, and brings its own background', () => {
    const text = toSvg(graph);
    expect(text).not.toMatch(/<script|<style|<image|href|@import|url\((?!#)/);
    const [width, height] = ['width', 'height'].map((name) => document.documentElement.getAttribute(name));
    expect(document.querySelector('svg > rect')?.outerHTML).toContain(`width="${width}" height="${height}"`);
    expect(document.querySelector('svg > title')?.textContent).toBe(graph.workflow);
  });

  it('is the same each time', () => {
    expect(toSvg(graph)).toBe(toSvg(graph));
  });
});
