import type { TaskType } from '../model/task.js';
import { aggregate } from './aggregate/schema.js';
import { basic } from './basic/schema.js';
import { collection } from './collection/schema.js';
import { composite } from './composite/schema.js';
import { memory } from './memory/schema.js';
import { parallel } from './parallel/schema.js';
import { router } from './router/schema.js';
import { signal } from './signal/schema.js';
import type { TaskSchema } from './task-schema.js';
import { wait } from './wait/schema.js';

/** Every type of task that a file may name. Beside `behaviors.ts`, because the validator may not reach the sandbox. */
export const taskSchemas = {
  basic,
  router,
  parallel,
  collection,
  aggregate,
  composite,
  signal,
  wait,
  memory,
} satisfies { readonly [T in TaskType]: unknown } & Record<string, unknown>;

export type DocumentTaskType = keyof typeof taskSchemas;

export const taskTypes = Object.keys(taskSchemas) as readonly DocumentTaskType[];

/** The cast is sound as long as a schema is only given documents that it checked itself. */
export function taskSchemaOf(type: DocumentTaskType): TaskSchema {
  return taskSchemas[type] as unknown as TaskSchema;
}

/** Keys that some type of task has: on another type they are ignored, not unknown (D-2). */
export const keysOfTasks: ReadonlySet<string> = new Set(
  taskTypes.flatMap((type) => Object.keys(taskSchemas[type].document.shape)),
);
