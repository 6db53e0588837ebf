import type { Json, JsonObject } from '../model/json.js';
import type { MemoryDefinition, MemoryOperation } from '../model/memory.js';
import type { Plan, ToolDefinition } from '../model/plan.js';
import type { BlobRef } from '../ports/blob-store.js';
import type { RunRecording } from '../ports/store/run-records.js';
import type { LateValue } from './late-value.js';
import type { Trigger } from './run-input.js';

/** Which run and task an activity works for. */
export interface ActivityOrigin {
  readonly project: string;
  readonly workflowId: string;
  readonly execId: string;
  /** Key of the task in the run, the same for every attempt. */
  readonly taskKey: string;
}

/** Which run asks; a worker with a store writes its first row by it. */
export interface RunIdentity {
  readonly execId: string;
  readonly temporalWorkflowId: string;
  readonly trigger: Trigger;
  /** ms since the epoch. */
  readonly at: number;
}

export interface GetWorkflowDataInput {
  readonly workflowId: string;
  readonly project?: string;
  readonly input: Json;
  readonly initialTaskId?: string;
  readonly run?: RunIdentity;
}

export interface WorkflowData {
  readonly plan: Plan;
  /** The run's input after defaults, checked; a blob when it is large. */
  readonly input: Json | BlobRef;
  /** The worker has a store: the run tells it where it stands. */
  readonly records?: true;
}

export interface RunToolInput {
  readonly origin: ActivityOrigin;
  readonly tool: ToolDefinition;
  readonly input: LateValue;
  readonly env: LateValue;
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
  /** A larger result goes to the blob store. */
  readonly inlineLimitBytes: number;
  /** Time and randomness of the run, for late templates. */
  readonly at: number;
  readonly seed: string;
}

/** One operation on one conversation of a memory. */
export interface RunMemoryInput {
  readonly origin: ActivityOrigin;
  readonly operation: MemoryOperation;
  readonly memory: MemoryDefinition;
  /** `{ key, payload?, options? }`; options as `MemoryOptions`. */
  readonly request: LateValue;
  /** `with` of the task, where it has a schema or the request needs what only the activity may read. */
  readonly input?: LateValue;
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly inlineLimitBytes: number;
  readonly at: number;
  readonly seed: string;
}

/** What every activity of a task reports. */
export interface ActivityResult {
  readonly output: Json | BlobRef;
  /** Counts from 1. */
  readonly attempt: number;
}

export interface EvaluateTemplatesInput {
  readonly origin: ActivityOrigin;
  readonly value: LateValue;
  readonly outputSchema?: JsonObject;
  readonly at: number;
  readonly seed: string;
}

export interface EvaluateConditionInput {
  readonly origin: ActivityOrigin;
  /** CEL. */
  readonly condition: string;
  /** What it refers to; values in the blob store are read first. */
  readonly context: JsonObject;
}

export interface SendSignalInput {
  readonly origin: ActivityOrigin;
  readonly name: string;
  readonly payload: LateValue;
  readonly correlationId: string;
  /** The run that it is meant for; without it every workflow with that trigger is started. */
  readonly workflowExecId?: string;
  readonly at: number;
  readonly seed: string;
}

export interface ExpandItemsInput {
  readonly origin: ActivityOrigin;
  readonly items: LateValue;
  readonly filter?: string;
  /** What the filter refers to besides the item. */
  readonly filterContext?: JsonObject;
  readonly itemVar?: string;
  readonly indexVar?: string;
  readonly batchSize: number;
  readonly at: number;
  readonly seed: string;
}

/** A list in the blob store, in pieces of `chunkSize` elements. */
export interface ItemManifest {
  readonly itemCount: number;
  /** Items that the filter kept. */
  readonly keptCount: number;
  /** Groups of items. */
  readonly total: number;
  readonly chunkSize: number;
  readonly chunks: readonly BlobRef[];
}

export interface AssembleOutputsInput {
  readonly origin: ActivityOrigin;
  /** Each holds a list of `[index, childId, output]`. */
  readonly chunks: readonly BlobRef[];
}

/**
 * The activities that the workflow side calls. `@compozy/activities` implements them. A member's name is its activity
 * type on the wire; its input and result only ever grow optional fields.
 */
export interface EngineActivities {
  /** Local. The compiled plan and the checked input of a new run. */
  getWorkflowData(input: GetWorkflowDataInput): Promise<WorkflowData>;
  runTool(input: RunToolInput): Promise<ActivityResult>;
  runMemory(input: RunMemoryInput): Promise<ActivityResult>;
  /** Local. Renders what the workflow could not, and checks the result. */
  evaluateTemplates(input: EvaluateTemplatesInput): Promise<ActivityResult>;
  /** Local. Evaluates a condition that the workflow could not. */
  evaluateCondition(input: EvaluateConditionInput): Promise<ActivityResult>;
  sendSignal(input: SendSignalInput): Promise<ActivityResult>;
  expandItems(input: ExpandItemsInput): Promise<ItemManifest>;
  /** Local. Puts a value into the blob store. */
  storeValue(input: { readonly value: Json }): Promise<BlobRef>;
  /** Local. Reads a value that {@link EngineActivities.storeValue} wrote. */
  loadValue(input: { readonly ref: BlobRef }): Promise<Json>;
  /** Local. Writes where a run stands into the store; says whether it could, and never fails because of the store. */
  recordRun(input: RunRecording): Promise<{ readonly recorded: boolean }>;
  /** Merges the outputs of a large collection into one map by child id, in item order. */
  assembleOutputs(input: AssembleOutputsInput): Promise<BlobRef>;
}

export type ActivityName = keyof EngineActivities;
export type ActivityInput<N extends ActivityName> = Parameters<EngineActivities[N]>[0];

/** Activities whose result is an {@link ActivityResult}; the others return their value as it is. */
export const REPORTING_ACTIVITIES: readonly ActivityName[] = [
  'runTool',
  'runMemory',
  'evaluateTemplates',
  'evaluateCondition',
  'sendSignal',
];

/** Activities that run beside the workflow task: one history event, no queue. */
export const LOCAL_ACTIVITIES: readonly ActivityName[] = [
  'getWorkflowData',
  'evaluateTemplates',
  'evaluateCondition',
  'storeValue',
  'loadValue',
  'recordRun',
];
