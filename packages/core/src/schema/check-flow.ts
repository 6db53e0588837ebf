import { isTemplate } from '../template/index.js';
import type { CheckedTask } from './checked-task.js';
import type { CheckOptions } from './check-document.js';
import { listNames } from './list-names.js';
import { endlessCycles, type FlowGraph } from './flow-graph.js';
import { expectedIds } from './schema-table.js';
import { valueAt, type Path, type SourceDocument } from './source-document.js';
import { suggest } from './suggest.js';

/** D-21: transitions name tasks of the file, every task is reached, and every loop has a way out. */
export function checkFlow(
  document: SourceDocument,
  tasks: readonly CheckedTask[],
  graph: FlowGraph,
  { reporter, isOpenEnded }: CheckOptions,
): void {
  if (isOpenEnded) return;
  const ids = tasks.flatMap(({ document: { id } }) => id ?? []);
  const isUnknown = (id: unknown): id is string => typeof id === 'string' && !isTemplate(id) && !ids.includes(id);
  let complete = true;
  for (const { path } of tasks) {
    for (const at of targetPaths(document, path)) {
      const id = valueAt(document.value, at);
      if (!isUnknown(id)) continue;
      complete = false;
      reporter.report(document, 'reference.unknown-task', `There is no task "${id}" in this workflow`, {
        path: at,
        expected: expectedIds(ids),
        suggestion: suggest(id, ids),
      });
    }
  }
  // Where a name is wrong, what it would lead to is no news.
  if (!complete || tasks.some(({ known }) => !known)) return;
  reportUnreached(document, tasks, graph, reporter);
  for (const cycle of endlessCycles(graph)) {
    const names = listNames(
      cycle.map((index) => tasks[index]!.document.id ?? ''),
      5,
    );
    const message =
      cycle.length === 1
        ? `Task ${names} leads to itself without a way out`
        : `The tasks ${names} lead to each other without a way out`;
    const path = [...tasks[cycle[0]!]!.path, 'on_success', 'next'];
    reporter.report(document, 'flow.endless', message, {
      path,
      expected: 'a transition out of the loop, or "final: true"',
    });
  }
}

function reportUnreached(
  document: SourceDocument,
  tasks: readonly CheckedTask[],
  graph: FlowGraph,
  reporter: CheckOptions['reporter'],
): void {
  for (const [index, { path, document: task }] of tasks.entries()) {
    if (graph.reachedFromStart.has(index) || task.id === undefined) continue;
    const message = `No task leads to "${task.id}"; only a run that starts there comes to it`;
    reporter.report(document, 'flow.unreachable', message, { path: [...path, 'id'], severity: 'warning' });
  }
}

function targetPaths(document: SourceDocument, path: Path): readonly Path[] {
  const routes = valueAt(document.value, [...path, 'routes']);
  const names = typeof routes === 'object' && routes !== null ? Object.keys(routes) : [];
  return [
    [...path, 'on_success', 'next'],
    [...path, 'on_error', 'next'],
    [...path, 'on_timeout'],
    [...path, 'default_route'],
    ...names.map((name) => [...path, 'routes', name]),
  ];
}
