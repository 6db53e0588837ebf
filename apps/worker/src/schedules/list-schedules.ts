import type { Client } from '@temporalio/client';
import { OWNER } from './schedule-memo.js';

/** Ids of the project's schedules by workflow. The list is Temporal's own, and a second or so behind. */
export async function listScheduleIds(client: Client, project: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { scheduleId, memo } of client.schedule.list()) {
    const workflowId = memo?.[OWNER.workflow];
    // The exact name: that of another project may begin with it.
    if (memo?.[OWNER.project] === project && typeof workflowId === 'string') found.set(workflowId, scheduleId);
  }
  return found;
}
