import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '@compozy/core';

/** What makes a run of ours findable in Temporal's own lists. */
export interface RunAttributes {
  readonly execId: string;
  readonly project: string;
  readonly workflow: string;
}

export type ToSearchAttributes = (attributes: Partial<RunAttributes>) => SearchAttributePair[];

const KEYS = {
  execId: defineSearchAttributeKey(SEARCH_ATTRIBUTES.execId, 'KEYWORD'),
  project: defineSearchAttributeKey(SEARCH_ATTRIBUTES.project, 'KEYWORD'),
  workflow: defineSearchAttributeKey(SEARCH_ATTRIBUTES.workflow, 'KEYWORD'),
} as const;

/**
 * The search attributes that the namespace has, of ours. A server refuses to start a run with one that is not
 * registered, and may not tell which are; then runs go without.
 */
export async function findSearchAttributes(
  connection: NativeConnection,
  namespace: string,
): Promise<ToSearchAttributes> {
  const known = await connection.operatorService
    .listSearchAttributes({ namespace })
    .then(({ customAttributes }) => new Set(Object.keys(customAttributes ?? {})))
    .catch(() => new Set<string>());
  return (attributes) =>
    (Object.keys(KEYS) as (keyof typeof KEYS)[]).flatMap((name) => {
      const value = attributes[name];
      return value !== undefined && known.has(KEYS[name].name) ? [{ key: KEYS[name], value }] : [];
    });
}
