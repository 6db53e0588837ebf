import path from 'node:path';
import type { RunStore } from '@compozy/activities';
import type { BlobStore, MemoryOperations } from '@compozy/core';
import { createFileBlobStore } from '@compozy/core/blobs';
import { createProjectHost, type Project } from '@compozy/core/loader';
import { createMemory, createSqliteStore as createMemoryStore } from '@compozy/memory';
import { createSqliteStore } from '@compozy/store';
import { refuseMemoriesOfOneHost } from '../project/project-memories.js';
import type { WorkerOptions, WorkerStore } from '../worker-options.js';

/** Where a worker keeps what is not in Temporal. */
export interface WorkerState {
  readonly blobs: BlobStore;
  /** The same where the rows of `store` tell all that refers to it: only then may anything be deleted. */
  readonly sweptBlobs: BlobStore | undefined;
  readonly memory: MemoryOperations;
  readonly store: WorkerStore | undefined;
  /** Where runs can be written to, if anywhere. */
  readonly runStore: RunStore | undefined;
  /** @throws `Config.Invalid` for memories that each of several hosts would keep by itself. */
  checkProject(project: Project): void;
  /** Closes what was not given. */
  close(): Promise<void>;
}

/** What was given, and files in `dir` for the rest. Nothing is opened before it is used. */
export function openWorkerState(
  options: Pick<WorkerOptions, 'blobs' | 'memory' | 'store' | 'workflowRepo' | 'taskRepo'>,
  dir: string,
): WorkerState {
  const ownStore = options.store === undefined ? createSqliteStore({ path: path.join(dir, 'state.db') }) : undefined;
  const store = ownStore ?? (options.store === false ? undefined : options.store);
  // A host finds the values of the others where it finds their runs.
  const sharedBlobs = store?.blobs?.shared === true ? store.blobs : undefined;
  const memory = options.memory ?? createMemory({ store: createMemoryStore({ file: path.join(dir, 'memory.db') }) });
  const workflows = options.workflowRepo?.() ?? store?.workflows;
  const tasks = options.taskRepo?.() ?? store?.tasks;
  const blobs = options.blobs ?? sharedBlobs ?? createFileBlobStore({ dir: path.join(dir, 'blobs') });
  const isOfStore = options.blobs === undefined || options.blobs === store?.blobs;
  const hasAllRows = options.workflowRepo === undefined && options.taskRepo === undefined;
  return {
    blobs,
    sweptBlobs: isOfStore && hasAllRows ? blobs : undefined,
    memory,
    store,
    runStore: workflows === undefined || tasks === undefined ? undefined : { workflows, tasks },
    checkProject(project) {
      if (options.memory === undefined && sharedBlobs !== undefined)
        refuseMemoriesOfOneHost(createProjectHost(project));
    },
    async close() {
      if (options.memory === undefined) await memory.close();
      await ownStore?.close();
    },
  };
}
