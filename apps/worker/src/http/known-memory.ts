import type { MemoryDefinition, ProjectSource } from '@compozy/core';
import { listMemories } from '../project/project-memories.js';
import { ApiProblem } from './problem.js';

/** Of the project, else of a workflow. @throws `Memory.NotFound` */
export function knownMemory(
  project: Pick<ProjectSource, 'name' | 'plan' | 'workflowIds' | 'taskIds'>,
  ref: string,
): MemoryDefinition {
  const memory = listMemories(project).find(({ id }) => id === ref);
  if (memory !== undefined) return memory;
  throw new ApiProblem('Memory.NotFound', `Project "${project.name}" has no memory "${ref}"`);
}
