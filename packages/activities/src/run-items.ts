import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { CompozyError, type FailureRecord, type ItemsResult, type Json, type RunItemsInput } from '@compozy/core';
import { inlineOrBlob, storeJson } from '@compozy/core/blobs';
import { openItemBatch, type ItemBatch, type ItemChild, type ItemInput } from '@compozy/core/late';
import { checkSchema } from '@compozy/core/schema';
import { attemptCall } from './attempt-call.js';
import { createCallSlots, type CallSlots } from './call-slots.js';
import { toRecord, type ResumableRun } from './engine-activity.js';
import { openItemProgress, type ItemEnd, type ItemProgress } from './item-progress.js';
import { callTool, type RunToolOptions } from './run-tool.js';

/** What a worker that dies may lose, beside what Temporal was not told yet. */
const SAVE_INTERVAL_MS = 500;
/** Heartbeats and other activities get their turn after this long. */
const LONGEST_TURN_MS = 20;

/**
 * Runs some children of a large collection as the machine and single activities would, retries included, and notes what
 * is done. An attempt after a lost one goes on where that one stood.
 *
 * @throws what the template of an id throws, `Task.BadItems`, `Task.OutputTooLarge`, `Blob.*`; `Task.Canceled`.
 * A child's own failure is part of the result.
 */
export async function runItems(
  call: RunItemsInput,
  run: Pick<ResumableRun, 'signal' | 'noted' | 'note'>,
  options: RunToolOptions,
): Promise<ItemsResult> {
  const { blobs } = options;
  const batch = await openItemBatch(call, { blobs, env: options.secrets() });
  const progress = await openItemProgress(run, blobs);
  const halt = new AbortController();
  const onCancel = () => halt.abort(run.signal.reason);
  run.signal.addEventListener('abort', onCancel, { once: true });
  if (run.signal.aborted) onCancel();
  // A piece that cannot be stored now is stored with the next one.
  const saver = setInterval(() => void progress.save().catch(() => undefined), SAVE_INTERVAL_MS);
  try {
    const canceled = await runAll({ call, batch, progress, options, halt });
    return await toResult(call, progress, canceled, options);
  } catch (error) {
    await progress.save().catch(() => undefined);
    throw error;
  } finally {
    clearInterval(saver);
    run.signal.removeEventListener('abort', onCancel);
  }
}

interface Running {
  readonly call: RunItemsInput;
  readonly batch: ItemBatch;
  readonly progress: ItemProgress;
  readonly options: RunToolOptions;
  /** Aborted when the batch is cancelled, broken, or over by its strategy. */
  readonly halt: AbortController;
}

/** Gives how many children were stopped by the strategy. */
async function runAll(running: Running): Promise<number> {
  const { call, batch, progress, halt } = running;
  const slots = createCallSlots(call.concurrency);
  const breathe = createBreather();
  const open = new Set<Promise<void>>();
  let over = [...progress.ends.values()].some(({ status }) => batch.endsAll(status));
  let canceled = 0;
  const overNow = Promise.withResolvers<void>();
  let broken: { readonly error: unknown } | undefined;

  async function runOne(index: number): Promise<void> {
    try {
      const end = await runChild(running, index, slots);
      if (end === undefined || over) return;
      progress.add(end);
      if (!batch.endsAll(end.status)) return;
      over = true;
      canceled = open.size - 1;
      overNow.resolve();
    } catch (error) {
      broken ??= { error };
    }
    halt.abort();
  }

  for (let index = call.from; index < call.to && !over; index += 1) {
    if (progress.ends.has(index)) continue;
    await slots.acquire();
    await breathe();
    if (halt.signal.aborted) {
      slots.release();
      break;
    }
    const work: Promise<void> = runOne(index).finally(() => {
      open.delete(work);
      slots.release();
    });
    open.add(work);
  }
  // Those that the strategy stopped are not waited for.
  await Promise.race([overNow.promise, Promise.all(open)]);
  if (over) return canceled;
  if (broken !== undefined) throw broken.error;
  if (halt.signal.aborted) throw new CompozyError('Task.Canceled', 'The batch was cancelled');
  return 0;
}

/** Nothing when it was stopped. */
async function runChild(running: Running, index: number, slots: CallSlots): Promise<ItemEnd | undefined> {
  const { call, batch, options, halt } = running;
  const { work } = batch;
  const child = await batch.child(index);
  const { id } = child;
  const mask = options.mask();
  const failed = (failure: FailureRecord, attempts: number, timedOut = false, output?: Json): ItemEnd => ({
    index,
    id,
    status: timedOut ? 'TIMED_OUT' : 'FAILED',
    failure,
    attempts,
    ...(output === undefined ? {} : { output }),
  });
  let attempts = 0;
  try {
    const input = batch.input(child);
    let output: Json = null;
    if (work.tool !== undefined) {
      const env = batch.env(child, input);
      const { tool, task } = work;
      const origin = { ...call.origin, taskKey: child.key };
      const schemas = {
        ...(task.input === undefined ? {} : { inputSchema: task.input }),
        ...(task.output === undefined ? {} : { outputSchema: task.output }),
      };
      const ended = await attemptCall(
        (signal) => callTool({ origin, tool, input: input.value, env, ...schemas }, signal, options),
        {
          policy: task.policy,
          signal: halt.signal,
          maskFailure: (failure) => mask.failure(failure),
          limitFailure: (kind) => batch.limitFailure(child, kind),
          pause: (ms) => pauseBetween(ms, work.inOrder ? undefined : slots, halt.signal),
        },
      );
      if (ended.kind === 'stopped') return undefined;
      attempts = ended.attempts;
      if (ended.kind === 'failed') return failed(ended.failure, attempts, ended.timedOut);
      output = ended.output;
    }
    return await settle(running, child, { input, output, attempts, failed });
  } catch (error) {
    // The store's trouble is the batch's, which tries again; anything else that is ours is a bug.
    if (!CompozyError.isInstance(error) || error.code.startsWith('Blob.')) throw error;
    const record = toRecord(error);
    return failed(mask.failure({ ...record, details: { ...record.details, task: id } }), attempts);
  }
}

/** As the machine ends a task that did its work: error detection (D-22), `outputs` (D-24), then its place. */
async function settle(
  { call, batch, options }: Running,
  child: ItemChild,
  {
    input,
    output: given,
    attempts,
    failed,
  }: {
    readonly input: ItemInput;
    readonly output: Json;
    readonly attempts: number;
    readonly failed: (failure: FailureRecord, attempts: number, timedOut: false, output: Json) => ItemEnd;
  },
): Promise<ItemEnd> {
  const { blobs, validator } = options;
  const { task } = batch.work;
  const place = (value: Json) => inlineOrBlob(blobs, value, call.inlineLimitBytes) as Promise<Json>;
  let output = given;
  let error = batch.detectsErrorsIn === 'result' ? batch.outputError(output) : undefined;
  if (error === undefined && task.outputs !== undefined) {
    const rendered = batch.outputs(child, input, output);
    const detects = batch.detectsErrorsIn === 'outputs';
    if (detects) checkSchema(validator, task.output, rendered, 'Output.Invalid', `The output of task "${child.key}"`);
    output = options.mask().json(rendered);
    error = detects ? batch.outputError(output) : undefined;
  }
  if (error !== undefined) return failed(error, attempts, false, await place(output));
  return { index: child.index, id: child.id, status: 'SUCCESS', output: await place(output) };
}

/** Another call may have the slot meanwhile. */
async function pauseBetween(ms: number, slots: CallSlots | undefined, signal: AbortSignal): Promise<void> {
  slots?.release();
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  await slots?.acquire();
}

/** Lets everything else have its turn now and then; evaluating templates alone never would. */
function createBreather(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < LONGEST_TURN_MS) return;
    await nextTurn();
    began = performance.now();
  };
}

async function toResult(
  { keptFailures }: RunItemsInput,
  progress: ItemProgress,
  canceled: number,
  { blobs }: RunToolOptions,
): Promise<ItemsResult> {
  const ends = [...progress.ends.values()].toSorted((a, b) => a.index - b.index);
  const count = (status: ItemEnd['status']) => ends.filter((end) => end.status === status).length;
  const entries = ends.map((end) => (end.status === 'SUCCESS' ? [end.index, end.id, end.output] : [end.index, end.id]));
  return {
    success: count('SUCCESS'),
    failed: count('FAILED'),
    timedOut: count('TIMED_OUT'),
    canceled,
    failures: ends.filter((end) => end.status !== 'SUCCESS').slice(0, keptFailures),
    outputs: await storeJson(blobs, entries as unknown as Json),
  };
}
