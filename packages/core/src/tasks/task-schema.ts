import type { z } from 'zod';
import type { JsonObject } from '../model/json.js';
import type { MemoryDefinition } from '../model/memory.js';
import type { Task, TaskBase } from '../model/task.js';

/** Codes that a task's own rules may give; the table of all is `DIAGNOSTIC_CODES`. */
export type TaskProblem = 'value.missing' | 'value.conflict' | 'value.range' | 'key.ignored' | 'feature.unsupported';

export type SubPath = readonly (string | number)[];

/** What the compiler does for one task of a document. */
export interface TaskCompiler {
  /** A problem at `path` inside of the task; by default at the task itself. What is ignored is a warning. */
  report(
    code: TaskProblem,
    message: string,
    options?: { path?: SubPath; at?: 'key' | 'value'; expected?: string; severity?: 'warning' },
  ): void;
  /** Whether `value`, found in `with` or beside it, fits; reports otherwise. */
  check(schema: z.ZodType, value: unknown, name: string): boolean;
  /** The task's `with` over what the task around it gives. */
  readonly with: JsonObject;
  /**
   * What every task has. `with` is used instead of the task's; the defaults of `tool` are laid under it. A task that
   * `calls` is one activity, which keeps its `timeout`; with a tool it does.
   */
  base(options?: { readonly tool?: string; readonly with?: JsonObject; readonly calls?: boolean }): TaskBase;
  hasExecutor(task: { readonly tool?: unknown; readonly use?: unknown; readonly agent?: unknown }): boolean;
  /** The id, in the plan, of the tool that the task names; reports when there is none. */
  tool(task: object): string | undefined;
  /** The memory of that id; reports when there is none. A template is looked up when the task runs. */
  memory(ref: string): MemoryDefinition | undefined;
  /** Not inside of another task. */
  readonly isTopLevel: boolean;
  /** Compiles a task inside of this one; `with` is laid under the child's. `defaultId`: it may go without an id. */
  child(path: SubPath, options: { readonly with?: JsonObject; readonly defaultId?: string }): Task | undefined;
  /** Compiles the `count` tasks of the list at `path`, whose ids differ; `undefined` when one of them does not compile. */
  children(path: SubPath, count: number): readonly Task[] | undefined;
  /**
   * Compiles the `count` tasks of the list at `path` to one that runs them in their order and has the id of this one;
   * `with` is laid under that of each.
   */
  sequence(path: SubPath, count: number, options: { readonly with?: JsonObject }): Task | undefined;
  /** Whether any task can have run before this one. */
  hasPredecessor(): boolean;
  /** The entries whose templates do not speak of the item: what the container itself may evaluate. */
  withoutLocals(values: Readonly<Record<string, unknown>>, names: readonly string[]): JsonObject;
}

/** What an author may write for one type of task, and how it becomes plan data. */
export interface TaskSchema<D extends z.ZodObject = z.ZodObject> {
  readonly document: D;
  compile(task: Partial<z.output<D>>, scope: TaskCompiler): Task | undefined;
  /** Task ids that it may go on to, beside its transitions. */
  targets?(task: Partial<z.output<D>>): readonly string[];
  /** The keys of its output, where `outputs` does not reshape it and they are always the same. */
  readonly outputKeys?: readonly string[];
  /** Tasks in place that, at the top level, are tasks of the workflow like any other. */
  inlineTasks?(task: Partial<z.output<D>>): readonly SubPath[];
}
