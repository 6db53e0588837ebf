import { CompozyError, runnableIds, type MemoryDefinition, type ProjectSource } from '@compozy/core';

type Memories = Pick<ProjectSource, 'plan' | 'workflowIds' | 'taskIds'>;

/** The memories of the project, of its workflows and of its tasks that run alone, each id once, in order. */
export function listMemories(project: Memories): readonly MemoryDefinition[] {
  const found = new Map<string, MemoryDefinition>();
  for (const workflowId of runnableIds(project)) {
    for (const memory of Object.values(project.plan(workflowId)?.memories ?? {})) {
      if (!found.has(memory.id)) found.set(memory.id, memory);
    }
  }
  return [...found.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * Refuses the memories of a project that each host would keep by itself, while the hosts share everything else.
 *
 * @throws `Config.Invalid`
 */
export function refuseMemoriesOfOneHost(project: Memories): void {
  const [memory] = listMemories(project);
  if (memory === undefined) return;
  throw new CompozyError(
    'Config.Invalid',
    `The store is shared by hosts, and memory "${memory.id}" would be in a file of each of them; pass "memory" to createWorker, for example createMemory({ store: createPostgresStore({ url }) }) of @compozy/memory`,
    { details: { memory: memory.id } },
  );
}
