import type { Context } from 'hono';

/** What a page says of itself; the address of the next one goes into the `Link` header too. */
export function linkNext(context: Context, limit: number, nextCursor: string | undefined) {
  if (nextCursor === undefined) return { limit };
  const next = new URL(context.req.url);
  next.searchParams.set('cursor', nextCursor);
  context.header('link', `<${next.pathname}${next.search}>; rel="next"`);
  return { limit, next_cursor: nextCursor };
}
