import type { Store } from '@compozy/core';
import { createApiKeyRepository } from './repositories/api-key-repository.js';
import { createSqlBlobStore } from './repositories/blob-store.js';
import { createDeadLetterRepository } from './repositories/dead-letter-repository.js';
import { createEventRepository } from './repositories/event-repository.js';
import { createHeartbeatRepository } from './repositories/heartbeat-repository.js';
import { createIdempotencyRepository } from './repositories/idempotency-repository.js';
import { createLeaseRepository } from './repositories/lease-repository.js';
import { createOldestRow } from './repositories/oldest-row.js';
import { createPrune } from './repositories/prune.js';
import { createScheduleOverrideRepository } from './repositories/schedule-override-repository.js';
import { createTaskRepository } from './repositories/task-repository.js';
import { createWorkflowRepository } from './repositories/workflow-repository.js';
import type { SqlDatabase } from './sql/sql-database.js';

/** The one query layer of both databases. */
export function createSqlStore(database: SqlDatabase): Store & AsyncDisposable {
  const close = () => database.close();
  return {
    workflows: createWorkflowRepository(database),
    tasks: createTaskRepository(database),
    events: createEventRepository(database),
    deadLetters: createDeadLetterRepository(database),
    idempotency: createIdempotencyRepository(database),
    schedules: createScheduleOverrideRepository(database),
    apiKeys: createApiKeyRepository(database),
    leases: createLeaseRepository(database),
    heartbeats: createHeartbeatRepository(database),
    blobs: createSqlBlobStore(database),
    prune: createPrune(database),
    oldestRow: createOldestRow(database),
    async ping() {
      // Changes nothing, but needs what a write needs: a file or a replica that can only be read refuses it.
      await database.run(database.build.deleteFrom('compozy_leases').where('id', '=', ''));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
