import type { RunView, Store, TaskView } from '@compozy/core';

const PAGE = 500;

/** The tasks of a run as they were written last, by path. @throws `Store.Unavailable` */
export async function readTaskRows(store: Pick<Store, 'tasks'>, workflowExecId: string): Promise<RunView['tasks']> {
  const tasks: Record<string, TaskView> = {};
  let cursor: string | undefined;
  do {
    const page = await store.tasks.list(workflowExecId, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    for (const { path, version: _version, workflowExecId: _execId, ...task } of page.items) tasks[path] = task;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return tasks;
}
