import { isTemplate } from '../template/index.js';
import type { JsonObject } from '../model/json.js';
import { outputShape } from './output-shape.js';
import type { TemplateCheck } from './template-check.js';
import type { CheckedTask } from './checked-task.js';
import { isRecord } from './source-document.js';

/** What `.tasks.<id>` can mean at one place. */
export interface VisibleTasks {
  readonly ids: readonly string[];
  find(id: string): 'before' | 'not-before' | 'unknown';
  /** Whether `.tasks.<id>.output.<key>` is only there in the nested view of the original. */
  isNestedView(id: string, key: string): boolean;
  /** What the output of the one task of that id looks like, and whether the task can only be read when it succeeded. */
  outputOf(id: string): { readonly shape: JsonObject; readonly isCertain: boolean } | undefined;
}

export interface TaskLookup {
  /** For a field of `task`; `after`: what of the task itself exists when the field is evaluated. */
  from(task: CheckedTask, after: 'nothing' | 'result' | 'end'): VisibleTasks;
  /** For what is evaluated when the run has ended. */
  ofRun(): VisibleTasks;
}

export function createTaskLookup({
  tasks,
  nested,
  graph,
  workflow,
}: Pick<TemplateCheck, 'tasks' | 'nested' | 'graph' | 'workflow'>): TaskLookup {
  const parents = new Map(nested.map(({ child, parent }) => [child, parent] as const));
  const all = [...tasks, ...parents.keys()];
  // Children of a collection have ids that are made when it runs.
  const isDynamic = (task: CheckedTask) => parents.get(task)?.type === 'collection';
  const ids = all.filter((task) => !isDynamic(task)).flatMap(({ document }) => document.id ?? []);
  const patterns = new Map(all.filter((task) => isDynamic(task)).map((task) => [task, childPattern(task)] as const));
  const owners = (id: string): readonly CheckedTask[] =>
    all.filter((task) => patterns.get(task)?.test(id) ?? task.document.id === id);
  // A task whose id could not be read may have any.
  const isUncertain = all.some(({ document }) => document.id === undefined);

  const chainOf = (task: CheckedTask): readonly CheckedTask[] => {
    const chain = [task];
    for (let parent = parents.get(task); parent !== undefined; parent = parents.get(parent)) chain.unshift(parent);
    return chain;
  };

  const mayBeBefore = (owner: CheckedTask, task: CheckedTask, after: 'nothing' | 'result' | 'end'): boolean => {
    const [of, at] = [chainOf(owner), chainOf(task)];
    const [top, ownTop] = [tasks.indexOf(of[0]!), tasks.indexOf(at[0]!)];
    const loops = graph.mayPrecede(ownTop, ownTop);
    if (top !== ownTop) return graph.mayPrecede(top, ownTop);
    const fork = at.findIndex((step, index) => step !== of[index]);
    // What stands around a task exists, and what is inside of it has ended with its result.
    if (fork === -1) return of.length > at.length || owner === task ? after !== 'nothing' || loops : true;
    if (of[fork] === undefined) return true;
    const isEarlier = Number(of[fork].path.at(-1)) < Number(at[fork]!.path.at(-1));
    const isSideBySide = at[fork - 1]?.type === 'parallel' && after !== 'nothing';
    return isEarlier || isSideBySide || loops;
  };

  const isNestedView = (id: string, key: string): boolean =>
    owners(id).some((owner) => {
      const inside = [...parents].flatMap(([child, parent]) => (parent === owner ? [child] : []));
      const { outputs } = owner.document;
      // A mapping shows what the output has; a template may make anything.
      if (inside.length === 0 || (outputs !== undefined && outputs !== null && !isRecord(outputs))) return false;
      if (isRecord(outputs) && Object.hasOwn(outputs, key)) return false;
      return key === 'output' || inside.some((child) => patterns.get(child)?.test(key) ?? child.document.id === key);
    });

  const outputOf: VisibleTasks['outputOf'] = (id) => {
    const [owner, ...others] = owners(id);
    const shape = owner === undefined || others.length > 0 ? undefined : outputShape(owner, workflow);
    if (owner === undefined || shape === undefined) return undefined;
    // Where a failure is handled, what is read may be what came out before `outputs`.
    const isCertain = tasks.includes(owner) && owner.document.on_error?.next === undefined;
    return { shape, isCertain };
  };

  return {
    from: (task, after) => ({
      ids,
      outputOf,
      isNestedView,
      find(id) {
        const found = owners(id);
        if (found.length === 0) return isUncertain ? 'before' : 'unknown';
        return found.some((owner) => mayBeBefore(owner, task, after)) ? 'before' : 'not-before';
      },
    }),
    ofRun: () => ({
      ids,
      isNestedView,
      outputOf,
      find: (id) => (owners(id).length > 0 || isUncertain ? 'before' : 'unknown'),
    }),
  };
}

function childPattern({ document: { id = '' } }: CheckedTask): RegExp {
  if (!isTemplate(id)) return new RegExp(`^${escaped(id)}-\\d+$`);
  const parts = id.split(/\{\{.*?\}\}/s).map((text) => escaped(text));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
