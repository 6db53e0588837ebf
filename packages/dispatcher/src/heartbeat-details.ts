import type { JsonObject } from '@compozy/core';

/** What a sign of life says beside its id, which is that of the dispatcher. */
export function heartbeatDetails(dispatcherId: string, projectName: string, serverId: string): JsonObject {
  return { dispatcher_id: dispatcherId, project_name: projectName, server_id: serverId };
}
