import { Context } from '@temporalio/activity';
import { CompozyError, type BlobStore, type Plan, type ProjectSource, type RunGateway } from '@compozy/core';
import { createSchemaValidator } from '@compozy/core/schema';
import type { DispatcherActivities } from './common/protocol.js';
import type { DispatcherStore } from './dispatcher-store.js';
import { createEventRecorder } from './event-recorder.js';
import { heartbeatDetails } from './heartbeat-details.js';
import { buildSignalRoutingMap } from './routing-map.js';
import { startTriggered } from './start-triggered.js';
import { withWireFailures } from './with-wire-failures.js';

const HEARTBEAT_INTERVAL_MS = 1_000;

export interface DispatcherActivitiesOptions {
  readonly project: Pick<ProjectSource, 'name' | 'plan' | 'workflowIds'>;
  readonly runs: Pick<RunGateway, 'startRun'>;
  readonly blobs: BlobStore;
  /** Gets a row for each event and the dead letters; events go on without it. */
  readonly store?: DispatcherStore;
}

/** The activities of the dispatcher workflow, to give to a Temporal worker beside those of the engine. */
export function createDispatcherActivities(options: DispatcherActivitiesOptions): DispatcherActivities {
  const { project, runs, blobs, store } = options;
  const validator = createSchemaValidator();
  const recorder = store === undefined ? undefined : createEventRecorder({ store });
  return {
    startTriggered: withWireFailures(async (input) => {
      const context = Context.current();
      // A lost worker is noticed by its missing beats, and another one starts the rest.
      const beat = setInterval(() => context.heartbeat(), HEARTBEAT_INTERVAL_MS);
      try {
        const plans = project.workflowIds().flatMap((id): [string, Plan][] => {
          const plan = project.plan(id);
          return plan === undefined ? [] : [[id, plan]];
        });
        const map = buildSignalRoutingMap({ workflows: new Map(plans) }, validator);
        const outcomes = await startTriggered(input, {
          projectName: project.name,
          map,
          runs,
          blobs,
          ...(recorder === undefined ? {} : { recorder }),
        });
        return { outcomes };
      } finally {
        clearInterval(beat);
      }
    }),

    dispatcherHeartbeat: withWireFailures(async ({ dispatcherId, projectName, serverId, ttlMs }) => {
      if (store === undefined) {
        throw new CompozyError('Config.Invalid', 'Heartbeats need a store: give "store" to createWorker');
      }
      const details = heartbeatDetails(dispatcherId, projectName, serverId);
      await store.heartbeats.beat(dispatcherId, details, ttlMs);
      return { recordedAt: new Date().toISOString() };
    }),
  };
}
