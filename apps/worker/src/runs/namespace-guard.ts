import type { Client } from '@temporalio/client';
import { createPatience } from '@compozy/activities';
import { CompozyError, type HeartbeatRepository, type WorkflowRepository } from '@compozy/core';
import { readMark } from './read-mark.js';

export interface NamespaceGuardOptions {
  readonly client: Client;
  readonly project: string;
  readonly heartbeats: HeartbeatRepository;
  readonly workflows: Pick<WorkflowRepository, 'listOpen'>;
  /** The id of the namespace that the rows belong to from now on, whatever it was before. */
  readonly adopt?: string;
}

/**
 * Remembers which namespace of Temporal the rows of a store belong to, by the id that Temporal gives each: another one,
 * or an empty server, knows none of the runs, and must not have them taken for lost.
 */
export interface NamespaceGuard {
  /** The first namespace that asks while a row is open owns the rows. @throws `Config.WrongNamespace`; what the store and Temporal throw. */
  check(): Promise<void>;
  /** For a health check: a store or a server that does not answer has one of its own. @throws `Config.WrongNamespace` */
  checkHealth(): Promise<void>;
}

/** Shorter than a health check may take. */
const PATIENCE_MS = 1_000;
const ONE_DAY_MS = 24 * 60 * 60_000;
/** For as long as anybody may leave a store alone. */
const KEPT_MS = 3_650 * ONE_DAY_MS;

export function createNamespaceGuard(options: NamespaceGuardOptions): NamespaceGuard {
  const { client, project, heartbeats, workflows, adopt } = options;
  const { namespace } = client.options;
  const id = `namespace:${project}`;
  const patience = createPatience({ longMs: PATIENCE_MS });
  let wrong: CompozyError | undefined;

  async function check(): Promise<void> {
    const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace });
    const current = namespaceInfo?.id ?? '';
    // A server that has no ids cannot be told from another one.
    if (current === '') return;
    const owner = await readMark(id, heartbeats);
    const isOwn = owner === undefined || owner['namespace_id'] === current || adopt === current;
    wrong = isOwn ? undefined : wrongNamespace(project, { owner, namespace, current });
    if (wrong !== undefined) throw wrong;
    if (owner?.['namespace_id'] === current) return;
    // Whoever was wrong at the very beginning corrects it, and has nothing to lose.
    const later = new Date(Date.now() + ONE_DAY_MS).toISOString();
    if (owner === undefined && (await workflows.listOpen(project, later, 1)).length === 0) return;
    await heartbeats.beat(id, { namespace_id: current, namespace }, KEPT_MS);
  }

  return {
    check,
    async checkHealth() {
      // What was found last holds until something else is.
      await patience.wait(check()).catch(() => undefined);
      if (wrong !== undefined) throw wrong;
    },
  };
}

function wrongNamespace(
  project: string,
  found: { readonly owner: Readonly<Record<string, unknown>>; readonly namespace: string; readonly current: string },
): CompozyError {
  const { owner, namespace, current } = found;
  const message =
    `The rows of project "${project}" in this store belong to the namespace "${String(owner['namespace'])}" with the id ` +
    `${String(owner['namespace_id'])}, and "${namespace}" of this Temporal server has the id ${current}. No row is ` +
    `settled meanwhile. Correct the address and the namespace, or give TEMPORAL_ADOPT_NAMESPACE=${current} when that one is gone for good`;
  return new CompozyError('Config.WrongNamespace', message, {
    details: { namespace, namespace_id: current, owner_id: String(owner['namespace_id']) },
  });
}
