import { isJsonObject, type FailureRecord, type Json, type JsonObject } from '@compozy/core';

/** Shorter values would mask ordinary text. */
const SHORTEST_SECRET = 4;

export interface SecretMask {
  text(value: string): string;
  json(value: Json): Json;
  failure(record: FailureRecord): FailureRecord;
}

/** Replaces every occurrence of a known secret value, in keys too, by `[secret NAME]`. */
export function createSecretMask(secrets: Readonly<Record<string, string>>): SecretMask {
  // The longest first, so that a secret inside another one does not leave the rest of it behind.
  const known = Object.entries(secrets)
    .filter(([, value]) => value.length >= SHORTEST_SECRET)
    .toSorted(([, a], [, b]) => b.length - a.length);

  function text(value: string): string {
    let masked = value;
    for (const [name, secret] of known)
      if (masked.includes(secret)) masked = masked.replaceAll(secret, `[secret ${name}]`);
    return masked;
  }

  function json(value: Json): Json {
    if (known.length === 0) return value;
    if (typeof value === 'string') return text(value);
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map((element: Json) => json(element));
    return Object.fromEntries(Object.entries(value).map(([key, element]) => [text(key), json(element)]));
  }

  return {
    text,
    json,
    failure(record) {
      const details = isJsonObject(record.details) ? { details: json(record.details) as JsonObject } : {};
      return { ...record, message: text(record.message), ...details };
    },
  };
}
