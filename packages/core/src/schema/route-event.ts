import type { CompozyError } from '../errors/compozy-error.js';
import type { Json } from '../model/json.js';
import type { Plan } from '../model/plan.js';
import type { RunStart } from '../ports/run-gateway.js';
import type { Trigger } from '../protocol/run-input.js';
import { findMismatch } from './check-schema.js';
import { deriveExecId } from './derive-exec-id.js';
import type { SchemaValidator } from './json-schema.js';

export interface RoutedEvent {
  readonly name: string;
  readonly payload: Json;
  /** Of this delivery: the same event starts the same runs, once. */
  readonly eventId: string;
  readonly correlationId: string;
  readonly source: string;
}

/** Which run of an event. */
export interface EventRun {
  readonly project: string;
  readonly workflowId: string;
  /** The name of the event. */
  readonly event: string;
  readonly eventId: string;
}

/** The id of the one run that an event starts of a workflow. Other projects of the namespace have other ones. */
export function eventExecId({ project, workflowId, event, eventId }: EventRun): string {
  return deriveExecId(JSON.stringify([project, workflowId, event, eventId]));
}

export interface EventRoutes {
  readonly starts: readonly RunStart[];
  /** Workflows that have the trigger and whose schema the payload does not match. */
  readonly rejected: readonly { readonly workflowId: string; readonly error: CompozyError }[];
}

/**
 * The runs that an event starts: one of each workflow that has a trigger of that name. The payload is the input; the
 * execution ids depend on project, workflow, trigger and event id only.
 */
export function routeEvent(event: RoutedEvent, plans: Iterable<Plan>, validator: SchemaValidator): EventRoutes {
  const starts: RunStart[] = [];
  const rejected: { workflowId: string; error: CompozyError }[] = [];
  for (const plan of plans) {
    const trigger = plan.triggers.find(({ name }) => name === event.name);
    if (trigger === undefined) continue;
    const workflowId = plan.workflow.id;
    const input = plan.input === undefined ? event.payload : validator.applyDefaults(plan.input, event.payload);
    const error =
      findMismatch(validator, trigger.schema, event.payload, 'Input.Invalid', `The payload of "${event.name}"`) ??
      findMismatch(validator, plan.input, input ?? {}, 'Input.Invalid', `The input of workflow "${workflowId}"`);
    if (error !== undefined) {
      rejected.push({ workflowId, error });
      continue;
    }
    const run: Trigger = {
      type: trigger.type,
      name: event.name,
      payload: event.payload,
      event_id: event.eventId,
      correlation_id: event.correlationId,
      source: event.source,
    };
    const project = plan.project.name;
    const workflowExecId = eventExecId({ project, workflowId, event: event.name, eventId: event.eventId });
    starts.push({ workflowId, workflowExecId, input: event.payload, trigger: run });
  }
  return { starts, rejected };
}
