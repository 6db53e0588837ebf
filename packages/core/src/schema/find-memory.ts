import type { MemoryDefinition } from '../model/memory.js';
import { isTemplate } from '../template/index.js';
import type { CheckedTask } from './checked-task.js';
import { expectedIds } from './schema-table.js';
import type { WorkflowScope } from './workflow-scope.js';
import { suggest } from './suggest.js';

/** The memory that a task names; reports when there is none. */
export function findMemory(ref: string, { path }: CheckedTask, workflow: WorkflowScope): MemoryDefinition | undefined {
  const { memories, document: source, options } = workflow;
  const found = memories.get(ref);
  if (found !== undefined || isTemplate(ref) || memories.isUncertain) return found;
  options.reporter.report(source, 'reference.unknown-memory', `There is no memory "${ref}"`, {
    path: [...path, 'memory_ref'],
    expected: expectedIds(memories.ids()),
    suggestion: suggest(ref, memories.ids()),
  });
  return undefined;
}
