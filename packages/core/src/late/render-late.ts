import { CompozyError } from '../errors/compozy-error.js';
import { appendPointer, replaceAt } from '../model/json-pointer.js';
import type { Json, JsonObject } from '../model/json.js';
import { isBlobRef, type BlobRef, type BlobStore } from '../ports/blob-store.js';
import type { LateValue } from '../protocol/late-value.js';
import { evaluateTemplate, parseTemplate, type TemplateHost } from '../template/index.js';
import { randomAt } from '../interpreter/random.js';

/** More than this may not be read from the blob store for one expression or one call. */
export const READ_LIMIT_BYTES = 64 * 1024 * 1024;
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;
/** For all templates of one call: the worker does nothing else meanwhile, and must not miss its heartbeats. */
const STEPS_PER_CALL = 3_000_000;

export interface LateRendering {
  readonly blobs: BlobStore;
  /** What `.env` shows: the secrets of the project. */
  readonly env: Readonly<Record<string, string>>;
  /** Time and randomness of the run. */
  readonly at: number;
  readonly seed: string;
}

/**
 * The value with its late templates rendered and its blobs read. The result may hold secrets: it goes to the consumer
 * and nowhere else.
 *
 * @throws the template's own codes; `Blob.*`; `Task.OutputTooLarge` when more than 64 MiB would have to be read.
 */
export async function renderLate(value: LateValue, rendering: LateRendering): Promise<Json> {
  const reader = createReader(rendering.blobs);
  let rendered = value.value;
  if (value.late !== undefined && value.late.length > 0) {
    const given = (await reader.read(value.context ?? {})) as JsonObject;
    const context = { ...given, env: { ...(given['env'] as JsonObject | undefined), ...rendering.env } };
    const host = lateHost(rendering);
    rendered = replaceAt(rendered, new Set(value.late), (source, pointer) =>
      evaluateAt(source, context, host, { pointer: `${value.field ?? ''}${pointer}` }),
    );
  }
  return await reader.read(rendered);
}

/** `moreSteps`: what all that is evaluated with this host may do beyond what the templates of one call may. */
export function lateHost({ at, seed }: Pick<LateRendering, 'at' | 'seed'>, moreSteps = 0): TemplateHost {
  let draws = 0;
  const limit = STEPS_PER_CALL + moreSteps;
  return {
    now: () => at,
    random: () => randomAt(seed, draws++),
    limits: { maxOutputBytes: OUTPUT_LIMIT_BYTES },
    meter: { limit, left: limit },
  };
}

/** What `source` makes of `context`; a failure says by `place` where it stands. */
export function evaluateAt(source: string, context: JsonObject, host: TemplateHost, place: JsonObject): Json {
  try {
    return evaluateTemplate(parseTemplate(source), context, host);
  } catch (error) {
    if (!CompozyError.isInstance(error)) throw error;
    throw new CompozyError(error.code, error.message, { details: { ...error.details, ...place, expression: source } });
  }
}

/** Replaces blob references by what they stand for; each blob is read once. */
export function createReader(blobs: BlobStore): { read(value: Json): Promise<Json> } {
  const loaded = new Map<string, Promise<Json>>();
  let bytes = 0;

  function load(ref: BlobRef, pointer: string): Promise<Json> {
    let value = loaded.get(ref.$blob);
    if (value === undefined) {
      bytes += ref.bytes;
      if (bytes > READ_LIMIT_BYTES) {
        throw new CompozyError(
          'Task.OutputTooLarge',
          `More than ${READ_LIMIT_BYTES} bytes would have to be read at "${pointer}"`,
          {
            details: { pointer, limit_bytes: READ_LIMIT_BYTES },
          },
        );
      }
      value = blobs.get(ref.$blob).then((content) => JSON.parse(new TextDecoder().decode(content)) as Json);
      loaded.set(ref.$blob, value);
    }
    return value;
  }

  async function visit(value: Json, pointer: string): Promise<Json> {
    if (value === null || typeof value !== 'object') return value;
    if (isBlobRef(value)) {
      const content = await load(value, pointer);
      const element = value.element === undefined ? content : ((content as readonly Json[])[value.element] ?? null);
      return await visit(element, pointer);
    }
    if (!holdsBlob(value)) return value;
    if (Array.isArray(value)) {
      const list: Json[] = [];
      for (const [index, element] of (value as readonly Json[]).entries())
        list.push(await visit(element, appendPointer(pointer, index)));
      return list;
    }
    const object: Record<string, Json> = {};
    for (const [key, element] of Object.entries(value)) object[key] = await visit(element, appendPointer(pointer, key));
    return object;
  }

  return { read: (value) => visit(value, '') };
}

function holdsBlob(value: Json): boolean {
  if (value === null || typeof value !== 'object') return false;
  return isBlobRef(value) || Object.values(value).some((part: Json) => holdsBlob(part));
}
