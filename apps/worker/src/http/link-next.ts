import { CompozyError, type Page } from '@compozy/core';
import type { Context } from 'hono';
import { ApiProblem } from './problem.js';

/** A page of a list of the store. @throws `Api.Malformed` for a cursor that is of no such list. */
export async function readPage<T>(list: Promise<Page<T>>): Promise<Page<T>> {
  try {
    return await list;
  } catch (error) {
    if (CompozyError.isInstance(error) && error.code === 'Input.Invalid') throw wrongCursor();
    throw error;
  }
}

export function wrongCursor(): ApiProblem {
  return new ApiProblem('Api.Malformed', 'The cursor is of no page of this list', {
    errors: [{ pointer: '/cursor', in: 'query', detail: 'must be next_cursor of the page before' }],
  });
}

/** What a page says of itself; the address of the next one goes into the `Link` header too. */
export function linkNext(context: Context, limit: number, nextCursor: string | undefined) {
  if (nextCursor === undefined) return { limit };
  const next = new URL(context.req.url);
  next.searchParams.set('cursor', nextCursor);
  context.header('link', `<${next.pathname}${next.search}>; rel="next"`);
  return { limit, next_cursor: nextCursor };
}
