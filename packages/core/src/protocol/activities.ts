import type { FailureRecord } from '../errors/failure.js';
import type { Json, JsonObject } from '../model/json.js';
import type { MemoryDefinition, MemoryOperation } from '../model/memory.js';
import type { Plan, ToolDefinition } from '../model/plan.js';
import type { AggregateTask, BasicTask, Strategy } from '../model/task.js';
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
  /** Without it, and without `run`, nothing is checked against the schema of the input. */
  readonly input?: Json;
  readonly initialTaskId?: string;
  readonly run?: RunIdentity;
}

export interface WorkflowData {
  readonly plan: Plan;
  /** The input after defaults, checked; a blob when it is large. */
  readonly input: Json | BlobRef;
  /** Of a plan that runs alone, when `input` is a blob: the same, with the large values in it as blobs of their own. */
  readonly with?: JsonObject;
  /** For callers that are no run of ours; a run has it in its plan. */
  readonly project?: Plan['project'];
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

/** Where the items of a collection come from. */
export type ItemSource =
  | { readonly kind: 'inline'; readonly items: readonly Json[] }
  | { readonly kind: 'range'; readonly first: number; readonly step: 1 | -1; readonly count: number }
  | ({ readonly kind: 'manifest' } & ItemManifest);

/** The items of some children in a row. */
export interface ItemPart {
  readonly source: ItemSource;
  /** Items for each child as `items`; 0: one `item` for each. */
  readonly batchSize: number;
  /** Index of the child that the source begins with. */
  readonly offset: number;
}

/** What the children of a large collection have in common. */
export interface ItemWork {
  readonly task: BasicTask | AggregateTask;
  /** Of a task that calls one. */
  readonly tool?: ToolDefinition;
  /** Environment of the tool; templates as source. */
  readonly env: Readonly<Record<string, string>>;
  /** What the templates of the task refer to besides what belongs to one child. */
  readonly context: JsonObject;
  /** The same for the template of its id. */
  readonly idContext: JsonObject;
  readonly itemVar?: string;
  readonly indexVar?: string;
  readonly strategy: Strategy;
  /** One child after the other, retries included. */
  readonly inOrder: boolean;
}

export interface RunItemsInput {
  /** Of the collection. */
  readonly origin: ActivityOrigin;
  /** An {@link ItemWork}. */
  readonly work: BlobRef;
  /** Index of the first child, and of the first one after them. */
  readonly from: number;
  readonly to: number;
  readonly part: ItemPart;
  /** Children that run at the same time. */
  readonly concurrency: number;
  /** Failures to report. */
  readonly keptFailures: number;
  /** A larger output of a child goes to the blob store by itself. */
  readonly inlineLimitBytes: number;
  readonly at: number;
  /** Of the collection. */
  readonly seed: string;
}

export interface ItemFailure {
  readonly index: number;
  readonly id: string;
  readonly status: 'FAILED' | 'TIMED_OUT';
  readonly failure: FailureRecord;
  readonly attempts: number;
  readonly output?: Json | BlobRef;
}

export interface ItemsResult {
  readonly success: number;
  readonly failed: number;
  readonly timedOut: number;
  /** Children that were running when the strategy ended the batch. */
  readonly canceled: number;
  /** The first by index. */
  readonly failures: readonly ItemFailure[];
  /** As {@link AssembleOutputsInput.chunks}. */
  readonly outputs: BlobRef;
}

export interface AssembleOutputsInput {
  readonly origin: ActivityOrigin;
  /** Each holds a list of `[index, childId, output]`, or `[index, childId]` for a child that has none. */
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
  /** Runs some children of a large collection, retries included; goes on where a lost worker stood. */
  runItems(input: RunItemsInput): Promise<ItemsResult>;
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
