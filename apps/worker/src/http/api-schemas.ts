import { z } from '@hono/zod-openapi';
import { API_BASE } from './api-environment.js';
import { choice, choicesOf } from './query-choice.js';

/** What goes over the wire: these schemas check requests, and the OpenAPI document is made of them. */

const json = z.unknown().openapi({ description: 'Any JSON value' });
const jsonObject = z.record(z.string(), z.unknown()).openapi({ type: 'object', description: 'A JSON object' });
/** A type that is set by hand is not made nullable by itself. */
const nullableObject = z
  .record(z.string(), z.unknown())
  .nullable()
  .openapi({ type: ['object', 'null'] });
const time = z.iso.datetime().openapi({ description: 'ISO 8601 in UTC', example: '2026-01-31T12:00:00.000Z' });

const STATUSES = ['PENDING', 'RUNNING', 'WAITING', 'PAUSED', 'SUCCESS', 'FAILED', 'CANCELED', 'TIMED_OUT'] as const;
const statusSchema = z.enum(STATUSES).openapi('Status');

export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string().openapi({ description: 'Of docs/reference/errors.md, or Api.…', example: 'Input.Invalid' }),
    request_id: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().openapi({ description: 'RFC 6901' }),
          in: z.enum(['body', 'input', 'query', 'path', 'header']),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .openapi('Problem', { description: 'RFC 9457' });

export const taskSchema = z
  .object({
    path: z.string().openapi({ description: 'Path of the task in the execution' }),
    task_id: z.string(),
    task_exec_id: z.string(),
    type: z.string(),
    execution_type: z.string(),
    component: z.enum(['task', 'tool', 'agent']),
    status: statusSchema,
    input: json,
    output: json,
    error: nullableObject,
    attempts: z.int(),
    started_at: time.nullable(),
    ended_at: time.nullable(),
    parent: z.string().optional(),
    parent_state_id: z.string().optional(),
    progress: z.object({ total: z.int(), settled: z.int(), failed: z.int(), active: z.int() }).optional(),
  })
  .openapi('Task');

const executionShape = {
  workflow_id: z.string(),
  workflow_exec_id: z.string(),
  status: statusSchema,
  input: json,
  output: json,
  error: nullableObject,
  usage: jsonObject,
  started_at: time.nullable(),
  ended_at: time.nullable(),
};

/** An execution in a list: without its tasks. */
export const executionSummarySchema = z
  .object({ ...executionShape, trigger: jsonObject, updated_at: time })
  .openapi('ExecutionSummary');

export const executionSchema = z
  .object({
    ...executionShape,
    tasks: z.record(z.string(), taskSchema.omit({ path: true })).openapi({ description: 'By task path' }),
  })
  .openapi('Execution');

export const workflowSchema = z
  .object({
    workflow_id: z.string(),
    version: z.string().optional(),
    description: z.string().optional(),
    file: z.string(),
    tasks: z.array(z.object({ id: z.string(), type: z.string() })),
    triggers: z.array(
      z.object({ type: z.enum(['signal', 'webhook']), name: z.string(), schema: jsonObject.optional() }),
    ),
    input_schema: nullableObject.openapi({ description: 'JSON Schema 2020-12 of the input' }),
  })
  .openapi('Workflow');

export const directTaskSchema = z
  .object({
    task_id: z.string(),
    type: z.string(),
    description: z.string().optional(),
    file: z.string(),
    with: jsonObject.openapi({ description: 'What the file gives the task; what a request gives is laid over it' }),
    input_schema: nullableObject.openapi({ description: 'JSON Schema 2020-12 of what a request gives' }),
    output_schema: nullableObject,
  })
  .openapi('DirectTask');

export const startBodySchema = z
  .strictObject({
    input: jsonObject.optional(),
    task_id: z.string().min(1).optional().openapi({ description: 'The task to begin with' }),
    correlation_id: z.string().min(1).max(200).optional(),
  })
  .openapi('StartExecution');

export const startSyncBodySchema = startBodySchema
  .extend({
    timeout: z.int().min(1).max(300).default(60).openapi({ description: 'Seconds to wait for the end' }),
  })
  .openapi('StartExecutionSync');

const timeout = startSyncBodySchema.shape.timeout;

export const startTaskBodySchema = z
  .strictObject({
    with: jsonObject.optional().openapi({ description: 'Laid over the "with" of the task' }),
    correlation_id: z.string().min(1).max(200).optional(),
  })
  .openapi('StartTask');

export const startTaskSyncBodySchema = startTaskBodySchema.extend({ timeout }).openapi('StartTaskSync');

export const startedSchema = z
  .object({
    workflow_id: z.string(),
    workflow_exec_id: z.string(),
    exec_id: z.string().openapi({ description: 'The same as workflow_exec_id' }),
    exec_url: z.string(),
  })
  .openapi('StartedExecution');

export const endedSchema = z
  .object({
    workflow_id: z.string(),
    workflow_exec_id: z.string(),
    exec_id: z.string().openapi({ description: 'The same as workflow_exec_id' }),
    exec_url: z.string(),
    output: json,
    workflow: executionSchema,
  })
  .openapi('EndedExecution');

const startedTaskShape = {
  task_id: z.string(),
  workflow_id: z.string().openapi({ description: 'In lists of executions: "task:" and the id of the task' }),
  workflow_exec_id: z.string(),
  exec_id: z.string().openapi({ description: 'The same as workflow_exec_id' }),
  exec_url: z.string(),
};

export const startedTaskSchema = z.object(startedTaskShape).openapi('StartedTask');

export const endedTaskSchema = z
  .object({ ...startedTaskShape, output: json, usage: jsonObject, state: executionSchema })
  .openapi('EndedTask');

export const signalBodySchema = z
  .strictObject({
    signal_name: z
      .string()
      .min(1)
      .max(200)
      .regex(/^(?!run\.|__)/, 'must not begin with "run." or "__", which are names of the engine'),
    payload: json.optional(),
  })
  .openapi('SendSignal');

export const requestedSchema = z
  .object({ workflow_id: z.string(), workflow_exec_id: z.string(), requested: z.string() })
  .openapi('Requested');

export const eventBodySchema = z
  .strictObject({
    name: z.string().min(1).max(200),
    payload: json.optional(),
    event_id: z.string().min(1).max(200).optional().openapi({ description: 'The same id is acted on once' }),
    correlation_id: z.string().min(1).max(200).optional(),
    workflow_id: z.string().min(1).optional().openapi({ description: 'Only this workflow may hear it' }),
  })
  .openapi('SendEvent');

const EVENT_STATUSES = ['accepted', 'processed', 'dead'] as const;

export const eventSchema = z
  .object({
    event_id: z.string(),
    name: z.string(),
    payload: json,
    correlation_id: z.string(),
    source: z.string(),
    status: z.enum(EVENT_STATUSES),
    started: z.array(z.object({ workflow_id: z.string(), workflow_exec_id: z.string() })),
    error: nullableObject,
    accepted_at: time,
    updated_at: time,
  })
  .openapi('Event');

export const deadLetterSchema = z
  .object({
    id: z.string(),
    event_id: z.string(),
    name: z.string(),
    payload: json,
    workflow_id: z.string().nullable(),
    reason: jsonObject,
    at: time,
    replayed_at: time.nullable(),
  })
  .openapi('DeadLetter');

export const scheduleSchema = z
  .object({
    workflow_id: z.string(),
    cron: z.string(),
    timezone: z.string(),
    enabled: z.boolean(),
    is_override: z.boolean(),
    yaml_config: jsonObject,
    next_run_time: time.nullable(),
    last_run_time: time.nullable(),
  })
  .openapi('Schedule');

export const scheduleBodySchema = z
  .strictObject({
    enabled: z.boolean().optional(),
    cron: z.string().min(1).max(200).optional().openapi({ example: '0 3 * * *' }),
  })
  .refine((change) => Object.keys(change).length > 0, 'must have "enabled" or "cron"')
  .openapi('ChangeSchedule', { minProperties: 1 });

export const pageSchema = z.object({ limit: z.int(), next_cursor: z.string().optional() }).openapi('Page');

/** A number of a query: digits only, where `Number` would take `0x10`, `1e2` and an empty text too. */
export function digits(minimum: number, maximum: number, fallback: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number in digits')
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .default(fallback)
    .openapi({ type: 'integer', minimum, maximum, default: fallback });
}

const pageQuery = {
  limit: digits(1, 500, 50),
  cursor: z
    .string()
    .regex(/^[\w.~=+/-]{1,2000}$/)
    .optional()
    .openapi({ description: 'next_cursor of the page before' }),
};

export const executionQuery = z.strictObject({
  ...pageQuery,
  status: choicesOf(STATUSES).openapi({ example: 'RUNNING,WAITING' }).optional(),
  started_from: time.optional().openapi({ description: 'At or after' }),
  started_before: time.optional(),
});

/** Of all workflows, unless one is named. */
export const anyExecutionQuery = executionQuery.extend({ workflow_id: z.string().min(1).max(1000).optional() });

export const eventQuery = z.strictObject({ ...pageQuery, status: choice(EVENT_STATUSES).optional() });
export const deadLetterQuery = z.strictObject({ ...pageQuery, replayed: choice(['true', 'false']).optional() });
export const taskQuery = z.strictObject(pageQuery);

const pathId = (name: string) =>
  z
    .string()
    .min(1)
    .max(1000)
    .openapi({ param: { name, in: 'path' } });
export const workflowParams = z.object({ workflow_id: pathId('workflow_id') });
export const taskParams = z.object({ task_id: pathId('task_id') });
export const executionParams = z.object({ exec_id: pathId('exec_id') });
export const eventParams = z.object({ event_id: pathId('event_id') });
export const deadLetterParams = z.object({ id: pathId('id') });

export const idempotencyHeader = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .optional()
    .openapi({ description: 'The same key and body get the same answer, for a day' }),
});

export const executionUrl = (workflowExecId: string, kind: 'workflows' | 'tasks' = 'workflows') =>
  `${API_BASE}/executions/${kind}/${encodeURIComponent(workflowExecId)}`;
