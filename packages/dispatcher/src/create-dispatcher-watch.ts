import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { getTaskQueue } from '@compozy/core';
import { isIngress, parseDispatcherId } from './common/dispatcher-id.js';
import { DISPATCHER_WORKFLOW_TYPE, RETIRE_SIGNAL, RETIRING_MEMO } from './common/protocol.js';
import type { DispatcherStore } from './dispatcher-store.js';
import { heartbeatDetails } from './heartbeat-details.js';

const STOP_TIMEOUT_MS = 3_000;

export interface DispatcherWatchOptions {
  readonly client: Client;
  readonly project: string;
  readonly instance: string;
  readonly store: Pick<DispatcherStore, 'heartbeats' | 'leases'>;
  /** `compozy-<project>` by default. */
  readonly taskQueue?: string;
  /** 10,000 ms by default. */
  readonly intervalMs?: number;
  /** An instance without a sign of life for this long is taken for dead; 30,000 ms by default. */
  readonly ttlMs?: number;
  /** Hears of a store or a server that does not answer. The watch goes on. */
  readonly onError?: (error: unknown) => void;
}

/** Signs of life of one worker instance, outside of any history, and the take-over of instances that give none. */
export interface DispatcherWatch {
  /** Resolves after the first beat. */
  start(): Promise<void>;
  /** Ends the beats and takes the last one back. */
  stop(): Promise<void>;
  /**
   * Retires the open dispatchers of instances without a heartbeat, unless another worker is doing it, and says which.
   * Nobody is judged by a store that did not answer this watch for the whole time to live of a heartbeat: the beats of
   * the living may be what it missed. Pending events are handled all the same: any worker of the project does that.
   */
  takeOver(): Promise<readonly string[]>;
}

/** Does nothing until `start` is called. */
export function createDispatcherWatch(options: DispatcherWatchOptions): DispatcherWatch {
  const { client, project, instance, store, intervalMs = 10_000, ttlMs = 30_000, onError = () => undefined } = options;
  const { taskQueue = getTaskQueue(project) } = options;
  // Beats are of the instance: its epochs live and die together.
  const ownId = `dispatcher-${project}-${instance}`;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  let isWatching = false;
  let answers: { readonly since: number; readonly last: number } | undefined;

  const beat = () => store.heartbeats.beat(ownId, heartbeatDetails(ownId, project, instance), ttlMs);

  const findDead = async (): Promise<readonly string[]> => {
    const lease = `dispatcher:take-over:${project}`;
    if (!(await store.leases.acquire(lease, instance, ttlMs))) return [];
    const beats = await store.heartbeats.listAlive(`dispatcher-${project}-`);
    const alive = new Set(
      beats.filter(({ details }) => details['project_name'] === project).map(({ details }) => details['server_id']),
    );
    const query = `WorkflowType = "${DISPATCHER_WORKFLOW_TYPE}" AND ExecutionStatus = "Running" AND TaskQueue = "${taskQueue}"`;
    const dead: string[] = [];
    for await (const { workflowId, memo } of client.workflow.list({ query })) {
      const found = parseDispatcherId(project, workflowId);
      if (found === undefined || isIngress(found.instance) || memo?.[RETIRING_MEMO] === true) continue;
      if (found.instance === instance || alive.has(found.instance)) continue;
      dead.push(workflowId);
    }
    return dead;
  };

  const takeOver = async (): Promise<readonly string[]> => {
    const dead = await answered(findDead);
    if (performance.now() - answers!.since < ttlMs) return [];
    const retired: string[] = [];
    for (const id of dead) if (await retire(client, id)) retired.push(id);
    return retired;
  };

  async function answered<T>(ask: () => Promise<T>): Promise<T> {
    const askedAt = performance.now();
    try {
      const answer = await ask();
      // A process that slept does not know what it missed either.
      const goesOn = answers !== undefined && askedAt - answers.last < ttlMs;
      answers = { since: goesOn ? answers!.since : askedAt, last: performance.now() };
      return answer;
    } catch (error) {
      answers = undefined;
      throw error;
    }
  }

  const next = (): void => {
    timer = setTimeout(() => {
      turn = answered(beat)
        .then(takeOver)
        .then(() => undefined, onError)
        // Only then, so that turns do not pile up behind a store that does not answer.
        .finally(() => isWatching && next());
    }, intervalMs).unref();
  };

  return {
    async start() {
      if (isWatching) return;
      isWatching = true;
      await answered(beat).catch(onError);
      if (isWatching) next();
    },
    async stop() {
      isWatching = false;
      clearTimeout(timer);
      // A beat after the last one would bring it back; a server that does not answer may not hold up the end.
      const late = new Promise((resolve) => setTimeout(resolve, STOP_TIMEOUT_MS).unref());
      const removed = async () => {
        await turn;
        await store.heartbeats.remove(ownId).catch(onError);
      };
      await Promise.race([removed(), late]);
    },
    takeOver,
  };
}

async function retire(client: Client, workflowId: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).signal(RETIRE_SIGNAL);
    return true;
  } catch (error) {
    // Lists lag behind: it has completed.
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
