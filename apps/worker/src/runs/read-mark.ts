import type { HeartbeatRepository, JsonObject } from '@compozy/core';

/** What a host noted under this id, where all hosts find it; `undefined` when nobody did, or when it is too old. */
export async function readMark(
  id: string,
  heartbeats: Pick<HeartbeatRepository, 'listAlive'>,
): Promise<JsonObject | undefined> {
  return (await heartbeats.listAlive(id)).find((beat) => beat.id === id)?.details;
}
