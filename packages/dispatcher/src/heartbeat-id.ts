import type { JsonObject } from '@compozy/core';

const PREFIX = 'dispatcher:heartbeat:';

/** Under this id a dispatcher's sign of life is kept. */
export function heartbeatId(dispatcherId: string): string {
  return `${PREFIX}${dispatcherId}`;
}

export function heartbeatDetails(dispatcherId: string, projectName: string, serverId: string): JsonObject {
  return { dispatcher_id: dispatcherId, project_name: projectName, server_id: serverId };
}
