import type { HeartbeatRepository } from '@compozy/core';

/** When the last pass of a reconciler began that left no run out, in milliseconds since 1970; 0 when nobody knows. */
export async function readReconciledMark(project: string, heartbeats: HeartbeatRepository): Promise<number> {
  const markId = `reconciled:${project}`;
  const mark = (await heartbeats.listAlive(markId)).find(({ id }) => id === markId)?.details['until'];
  return typeof mark === 'string' ? Date.parse(mark) : 0;
}
