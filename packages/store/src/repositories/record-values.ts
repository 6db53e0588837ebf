import { CompozyError } from '@compozy/core';

/**
 * Milliseconds since 1970 of an ISO time of a record or a filter.
 *
 * @throws `Input.Invalid`
 */
export function toMillis(field: string, time: string): number {
  const millis = Date.parse(time);
  if (Number.isNaN(millis)) {
    throw new CompozyError('Input.Invalid', `"${field}" has to be a time in ISO 8601, not "${time}"`, {
      details: { field },
    });
  }
  return millis;
}

export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}

/** Of several records with one id, which all want to be written at once, the one that wins; sorted by id. */
export function newestOfEach<T>(
  records: readonly T[],
  idOf: (record: T) => string,
  wins: (next: T, kept: T) => boolean,
): T[] {
  const kept = new Map<string, T>();
  for (const record of records) {
    const before = kept.get(idOf(record));
    if (before === undefined || wins(record, before)) kept.set(idOf(record), record);
  }
  // One order for all writers: two that write the same rows wait for each other and never in a circle.
  return [...kept].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

export function inChunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
