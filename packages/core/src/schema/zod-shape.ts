import type { z } from 'zod';
import { fieldNotes, ignoredKeys, type FieldNote } from '../tasks/document-fields.js';

type Schema = z.core.$ZodType;

/** The schemas that stand for `path` in `schema`: several where a value may take several forms. */
function schemasAt(schema: Schema, path: readonly PropertyKey[]): readonly Schema[] {
  let current = alternatives(schema);
  for (const key of path)
    current = current.flatMap((option) => step(option, key)).flatMap((next) => alternatives(next));
  return current;
}

/** The outermost note for `path`: a union says better than one of its forms what is expected. */
export function noteAt(schema: Schema, path: readonly PropertyKey[]): FieldNote | undefined {
  let current: readonly Schema[] = [schema];
  for (const key of path)
    current = current.flatMap((option) => alternatives(option)).flatMap((option) => step(option, key));
  for (const option of current) {
    for (let inner: Schema | undefined = option; inner !== undefined; inner = innerOf(inner)) {
      const note = fieldNotes.get(inner);
      if (note !== undefined) return note;
    }
  }
  return undefined;
}

/** The keys that a mapping at `path` may have. */
export function keysAt(schema: Schema, path: readonly PropertyKey[]): readonly string[] {
  return schemasAt(schema, path).flatMap((option) => {
    const { def } = (option as z.core.$ZodType)._zod;
    return def.type === 'object' ? Object.keys((def as z.core.$ZodObjectDef).shape) : [];
  });
}

/** Why a key at `path` is accepted without effect, if it is. */
export function ignoredReason(schema: Schema, path: readonly PropertyKey[], key: string): string | undefined {
  for (const option of schemasAt(schema, path)) {
    const reason = ignoredKeys.get(option)?.[key];
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function alternatives(schema: Schema): readonly Schema[] {
  const inner = innerOf(schema);
  if (inner !== undefined) return alternatives(inner);
  const { def } = schema._zod;
  return def.type === 'union'
    ? (def as z.core.$ZodUnionDef).options.flatMap((option) => alternatives(option))
    : [schema];
}

function innerOf(schema: Schema): Schema | undefined {
  const { def } = schema._zod;
  return def.type === 'optional' || def.type === 'nullable' ? (def as z.core.$ZodOptionalDef).innerType : undefined;
}

function step(schema: Schema, key: PropertyKey): readonly Schema[] {
  const { def } = schema._zod;
  if (def.type === 'object') {
    const { shape } = def as z.core.$ZodObjectDef;
    return typeof key === 'string' && Object.hasOwn(shape, key) ? [shape[key]!] : [];
  }
  if (def.type === 'array') return [(def as z.core.$ZodArrayDef).element];
  if (def.type === 'record') return [(def as z.core.$ZodRecordDef).valueType];
  return [];
}
