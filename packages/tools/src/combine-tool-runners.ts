import { CompozyError, type ToolRunner } from '@compozy/core';
import { toNotFound } from './failures/to-tool-error.js';

/**
 * One runner over several. A call goes to the first one that lists its tool id; if none does, to those that do not know
 * their ids beforehand, in order. Closing it closes all of them.
 */
export function combineToolRunners(...runners: readonly ToolRunner[]): ToolRunner {
  const listIds = async (): Promise<(readonly string[] | undefined)[]> =>
    await Promise.all(runners.map((runner) => runner.toolIds()));
  return {
    async run(call) {
      const unsure: ToolRunner[] = [];
      const known: string[] = [];
      for (const runner of runners) {
        // One that cannot say (its build is broken) must not stand in the way of the others.
        const ids = await runner.toolIds().catch(() => undefined);
        if (ids?.includes(call.toolId) === true) return await runner.run(call);
        if (ids === undefined) unsure.push(runner);
        known.push(...(ids ?? []));
      }
      for (const runner of unsure) {
        try {
          return await runner.run(call);
        } catch (error) {
          if (!CompozyError.isInstance(error) || error.code !== 'Tool.NotFound') throw error;
          const candidates = error.details['candidates'];
          if (Array.isArray(candidates)) known.push(...candidates.filter((id) => typeof id === 'string'));
        }
      }
      throw toNotFound(call.toolId, [...new Set(known)]);
    },
    async toolIds() {
      const lists = await listIds();
      return lists.some((ids) => ids === undefined) ? undefined : [...new Set(lists.flatMap((ids) => ids ?? []))];
    },
    async close() {
      const results = await Promise.allSettled(runners.map((runner) => runner.close()));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
  };
}
