import { isTemplate } from '../template/index.js';
import type { NestedTask, TemplateCheck } from './check-templates.js';
import type { CheckedTask } from './checked-task.js';

/** What `.tasks.<id>` can mean at one place. */
export interface VisibleTasks {
  readonly ids: readonly string[];
  find(id: string): 'before' | 'not-before' | 'unknown';
}

export interface TaskLookup {
  /** For a task, whose ancestor at the top level is `top`. */
  from(task: CheckedTask, top: CheckedTask, after: 'nothing' | 'result' | 'end'): VisibleTasks;
  /** For what is evaluated when the run has ended. */
  ofRun(): VisibleTasks;
}

export function createTaskLookup({ tasks, nested, graph }: Pick<TemplateCheck, 'tasks' | 'nested' | 'graph'>): TaskLookup {
  const ids = [...tasks, ...nested.filter(({ child }) => !isDynamic(child, nested)).map(({ child }) => child)].flatMap(({ document }) => document.id ?? []);
  const dynamic = nested.filter(({ child }) => isDynamic(child, nested)).map((entry) => ({ ...entry, pattern: childPattern(entry.child) }));
  const topOf = (task: CheckedTask): CheckedTask => {
    let top = task;
    for (let entry = nested.find(({ child }) => child === top); entry !== undefined; entry = nested.find(({ child }) => child === top)) top = entry.parent;
    return top;
  };
  const owners = (id: string): readonly CheckedTask[] => [
    ...tasks.filter(({ document }) => document.id === id),
    ...nested.filter(({ child }) => child.document.id === id && !isDynamic(child, nested)).map(({ child }) => child),
    ...dynamic.filter(({ pattern }) => pattern.test(id)).map(({ child }) => child),
  ];
  // A task that could not be read may have any id.
  const isUncertain = tasks.some(({ document }) => document.id === undefined);

  return {
    from: (task, top, after) => ({
      ids,
      find(id) {
        const found = owners(id);
        if (found.length === 0) return isUncertain ? 'before' : 'unknown';
        const isBefore = (owner: CheckedTask) => {
          if (owner === task) return after !== 'nothing' || graph.mayPrecede(tasks.indexOf(top), tasks.indexOf(top));
          const ownerTop = topOf(owner);
          // Inside one container the order is its own matter, and what stands around a task exists.
          return ownerTop === top || graph.mayPrecede(tasks.indexOf(ownerTop), tasks.indexOf(top));
        };
        return found.some((owner) => isBefore(owner)) ? 'before' : 'not-before';
      },
    }),
    ofRun: () => ({ ids, find: (id) => (owners(id).length > 0 || isUncertain ? 'before' : 'unknown') }),
  };
}

/** Children of a collection have ids that are made when it runs. */
function isDynamic(task: CheckedTask, nested: readonly NestedTask[]): boolean {
  return nested.find(({ child }) => child === task)?.parent.type === 'collection';
}

function childPattern({ document: { id = '' } }: CheckedTask): RegExp {
  if (!isTemplate(id)) return new RegExp(`^${RegExp.escape(id)}-\\d+$`);
  const parts = id.split(/\{\{.*?\}\}/s).map((text) => RegExp.escape(text));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
