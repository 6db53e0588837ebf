import type { JsonObject } from '@compozy/core';
import type { ServerClient, ServerRequest } from './server-client.js';
import type { PageOptions } from './server-options.js';

interface PageInfo {
  readonly limit: number;
  readonly next_cursor?: string;
}

export interface ServerPage<T> {
  readonly items: readonly T[];
  readonly page: PageInfo;
}

/** One page of a list, or all that follow from there as one. `name` is what the list is called in the answer. */
export async function readPages<T>(
  client: ServerClient,
  path: string,
  { name, query, limit, cursor, all }: { name: string; query: ServerRequest['query'] } & PageOptions,
): Promise<ServerPage<T>> {
  const items: T[] = [];
  for (let at = cursor; ;) {
    const answer = await client.get<JsonObject>(path, { ...query, limit, cursor: at });
    const page = answer['page'] as unknown as PageInfo;
    items.push(...(answer[name] as unknown as T[]));
    at = page.next_cursor;
    if (all !== true || at === undefined) return { items, page };
  }
}

/** Where the list goes on, for whoever reads the table. */
export function tellNext({ page }: ServerPage<unknown>): void {
  if (page.next_cursor === undefined) return;
  process.stderr.write(`There is more: --cursor ${page.next_cursor}, or --all\n`);
}
