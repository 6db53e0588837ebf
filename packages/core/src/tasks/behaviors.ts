import type { Task, TaskOf, TaskType } from '../model/task.js';
import { aggregate } from './aggregate/behavior.js';
import { basic } from './basic/behavior.js';
import { collection } from './collection/behavior.js';
import { composite } from './composite/behavior.js';
import { memory } from './memory/behavior.js';
import { parallel } from './parallel/behavior.js';
import { router } from './router/behavior.js';
import { signal } from './signal/behavior.js';
import type { TaskBehavior } from './task-behavior.js';
import { wait } from './wait/behavior.js';

/** What each task type does. Beside `schemas.ts`, because one registry would drag the validator into the sandbox. */
const behaviors: { readonly [T in TaskType]: TaskBehavior<TaskOf<T>> } = {
  basic,
  router,
  wait,
  signal,
  collection,
  aggregate,
  parallel,
  composite,
  memory,
};

/** The behaviour of a task of any type. The cast is sound: the table is keyed by the task's own type. */
export function behaviorOf(task: Task): TaskBehavior<Task> {
  return behaviors[task.type] as unknown as TaskBehavior<Task>;
}

/** A plan never changes, and a list of hundreds of children is asked for again with each of their events. */
const knownChildren = new WeakMap<Task, Readonly<Record<string, Task>>>();

function childrenOf(task: Task): Readonly<Record<string, Task>> {
  let children = knownChildren.get(task);
  if (children === undefined) {
    children = behaviorOf(task).children(task);
    knownChildren.set(task, children);
  }
  return children;
}

/** The task that a path of the plan means: `1`, `1/task`, `0/tasks/2`. */
export function taskAt(tasks: readonly Task[], ref: string): Task {
  const slash = ref.indexOf('/');
  let task = tasks[Number(slash === -1 ? ref : ref.slice(0, slash))];
  let rest = slash === -1 ? '' : ref.slice(slash + 1);
  while (task !== undefined && rest !== '') {
    const children = childrenOf(task);
    const name = Object.hasOwn(children, rest) ? rest : Object.keys(children).find((key) => rest.startsWith(`${key}/`));
    task = name === undefined ? undefined : children[name];
    rest = name === undefined || rest === name ? '' : rest.slice(name.length + 1);
  }
  if (task === undefined) throw new Error(`the plan has no task at "${ref}"`);
  return task;
}
