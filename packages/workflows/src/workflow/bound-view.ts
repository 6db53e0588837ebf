import { INLINE_LIMIT_BYTES, type RunView, type TaskView } from '@compozy/core';

/**
 * A view that may stand in history. The query answers with everything; a result or failure that would be larger than
 * a value may be leaves out what the tasks took and gave, then the tasks inside others.
 */
export function boundView(view: RunView): RunView {
  if (fits(view)) return view;
  const brief = { ...mapTasks(view, (task) => ({ ...task, input: null, output: null })), abridged: true as const };
  if (fits(brief)) return brief;
  const top = Object.fromEntries(Object.entries(brief.tasks).filter(([, task]) => task.parent === undefined));
  const outer = { ...brief, tasks: top };
  return fits(outer) ? outer : { ...outer, tasks: {} };
}

function mapTasks(view: RunView, change: (task: TaskView) => TaskView): RunView {
  return { ...view, tasks: Object.fromEntries(Object.entries(view.tasks).map(([path, task]) => [path, change(task)])) };
}

function fits(view: RunView): boolean {
  // UTF-16 units are at most bytes; three quarters leave room for what is not ASCII and for the failure round it.
  return JSON.stringify(view).length <= INLINE_LIMIT_BYTES * 0.75;
}
