import type { FailureRecord } from '../errors/failure.js';
import { limitFailure } from '../interpreter/limit-failure.js';
import { declaredOutputs, detectOutputError } from '../interpreter/output-error.js';
import { isOpaque, SECRET_ENV } from '../interpreter/template-context.js';
import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import { replaceAt } from '../model/json-pointer.js';
import { isBlobRef, type BlobRef, type BlobStore } from '../ports/blob-store.js';
import type { ItemWork, RunItemsInput } from '../protocol/activities.js';
import { behaviorOf } from '../tasks/behaviors.js';
import { countChild, settlesEarly } from '../tasks/container-outcome.js';
import { findTemplates } from '../tasks/collection/find-templates.js';
import { childId, childLocals, childValue, ID_FIELD } from '../tasks/collection/item-source.js';
import { TemplateLateError } from '../template/index.js';
import { loadJson } from '../blobs/json-blobs.js';
import { createReader, evaluateAt, lateHost } from './render-late.js';

/** Lists of items that stay in memory; children that run at the same time are near each other. */
const KEPT_CHUNKS = 2;

type Evaluate = (source: string, place: JsonObject) => Json;

const NO_CHILD = { success: 0, failed: 0, canceled: 0, timedOut: 0 };

/** One child of a large collection, as the machine would enter it. */
export interface ItemChild {
  readonly index: number;
  readonly id: string;
  readonly key: string;
  readonly locals: JsonObject;
}

/** The evaluated `with` of a child, with what its collection gives. */
export interface ItemInput {
  /** For the tool; may hold secrets. */
  readonly value: Json;
  /** As the state of a run would hold it: what needs a secret is still a template. */
  readonly shown: Json;
}

/** What the machine knows of the children of one batch. */
export interface ItemBatch {
  readonly work: ItemWork;
  /** Where a failure may be reported as an output (D-22). */
  readonly detectsErrorsIn: 'result' | 'outputs' | 'nothing';
  /** @throws what the id's template throws, `Task.BadItems`, and `Blob.*`. */
  child(index: number): Promise<ItemChild>;
  input(child: ItemChild): ItemInput;
  /** The environment of the tool; may hold secrets. */
  env(child: ItemChild, input: ItemInput): Json;
  /** The evaluated `outputs`. No secret goes in. */
  outputs(child: ItemChild, input: ItemInput, output: Json): Json;
  outputError(output: Json): FailureRecord | undefined;
  /** Whether a child that ended so ends its collection. */
  endsAll(status: 'SUCCESS' | 'FAILED' | 'TIMED_OUT'): boolean;
  limitFailure(child: ItemChild, kind: 'start-to-close' | 'schedule-to-close'): FailureRecord;
}

/**
 * Reads what a batch needs. Templates are evaluated with the run's clock and with random numbers of each child's own.
 *
 * @throws `Blob.*`; `Task.OutputTooLarge` when what the templates refer to is larger than 64 MiB.
 */
export async function openItemBatch(
  call: RunItemsInput,
  { blobs, env }: { readonly blobs: BlobStore; readonly env: Readonly<Record<string, string>> },
): Promise<ItemBatch> {
  const work = (await loadJson(blobs, call.work)) as unknown as ItemWork;
  const { task, tool } = work;
  const read = createReader(blobs);
  const shared = (await read.read(work.context)) as JsonObject;
  const idContext = (await read.read(work.idContext)) as JsonObject;
  const publicEnv = (shared['env'] ?? {}) as JsonObject;
  const secretEnv: JsonObject = { ...publicEnv, ...env };
  const readItem = createItemReader(blobs);
  const givenTemplates = findTemplates(task.with ?? {});
  const envTemplates = findTemplates(work.env);
  const outputTemplates = findTemplates(task.outputs ?? null);
  const mayReadSecrets = [...givenTemplates.values()].some((source) => source.includes('env'));
  const declared = declaredOutputs({ tools: tool === undefined ? {} : { [tool.id]: tool } }, task);

  const host = ({ index }: Pick<ItemChild, 'index'>, use = '') =>
    lateHost({ at: call.at, seed: `${call.seed}[${index}]${use}` });
  const contextOf = ({ id, locals }: ItemChild, input: Json, names: JsonObject): JsonObject => ({
    task: { id, type: task.type },
    input,
    with: input,
    output: null,
    children: {},
    ...shared,
    ...locals,
    ...names,
  });
  const render = (value: Json, templates: ReadonlyMap<string, string>, field: string, evaluate: Evaluate): Json =>
    replaceAt(value, new Set(templates.keys()), (source, pointer) =>
      evaluate(source, { pointer: `${field}${pointer}` }),
    );
  const withLocals = (given: Json, { locals }: ItemChild): Json =>
    isJsonObject(given) ? { ...given, ...locals } : given;

  /** `with`, where what may not be seen is left as it is. */
  function shownInput(child: ItemChild): Json {
    const resolveOpaque = (value: object, name: string) => (value === SECRET_ENV ? publicEnv[name] : undefined);
    const hiding = { ...host(child), isOpaque, resolveOpaque };
    const context = contextOf(child, null, { env: SECRET_ENV });
    return render(task.with ?? {}, givenTemplates, '/with', (source, place) => {
      try {
        return evaluateAt(source, context, hiding, place);
      } catch (error) {
        if (error instanceof TemplateLateError) return source;
        throw error;
      }
    });
  }

  return {
    work,
    detectsErrorsIn: behaviorOf(task).detectsErrorsIn,
    async child(index) {
      const value = await readItem(childValue(call.part, index));
      const locals = childLocals(work, call.part.batchSize, value, index);
      const names = { ...idContext, ...locals };
      const id = childId(task.id, index, (source) =>
        evaluateAt(source, names, host({ index }, '/id'), { pointer: ID_FIELD }),
      );
      return { index, id, key: `${call.origin.taskKey}[${index}]`, locals };
    },
    input(child) {
      const context = contextOf(child, null, { env: secretEnv });
      const own = host(child);
      const value = render(task.with ?? {}, givenTemplates, '/with', (source, place) =>
        evaluateAt(source, context, own, place),
      );
      const isShown = !mayReadSecrets || task.outputs === undefined;
      return {
        value: withLocals(value, child),
        shown: withLocals(isShown ? value : shownInput(child), child),
      };
    },
    env(child, input) {
      const context = contextOf(child, input.value, { env: secretEnv });
      const own = host(child);
      return render(work.env, envTemplates, '/env', (source, place) => evaluateAt(source, context, own, place));
    },
    outputs(child, input, output) {
      const context = contextOf(child, input.shown, { output, env: publicEnv });
      const own = host(child, '/outputs');
      return render(task.outputs ?? null, outputTemplates, '/outputs', (source, place) =>
        evaluateAt(source, context, own, place),
      );
    },
    outputError: (output) => detectOutputError(output, declared),
    endsAll: (status) => settlesEarly(work.strategy, { total: 1, ...countChild(NO_CHILD, status) }),
    limitFailure: ({ id }, kind) => limitFailure(id, kind),
  };
}

/** Reads items; a list in the blob store is parsed once for the children that follow each other in it. */
function createItemReader(blobs: BlobStore): (value: Json) => Promise<Json> {
  const chunks = new Map<string, Promise<Json>>();

  function chunkOf({ $blob, bytes, type }: BlobRef): Promise<Json> {
    let chunk = chunks.get($blob);
    if (chunk === undefined) {
      chunk = loadJson(blobs, { $blob, bytes, type });
      chunks.set($blob, chunk);
      if (chunks.size > KEPT_CHUNKS) chunks.delete(chunks.keys().next().value!);
    }
    return chunk;
  }

  return async (value) => {
    const isElement = isBlobRef(value) && value.element !== undefined;
    const item = isElement ? (((await chunkOf(value)) as readonly Json[])[value.element!] ?? null) : value;
    return await createReader(blobs).read(item);
  };
}
