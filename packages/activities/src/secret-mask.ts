import { isJsonObject, type FailureRecord, type Json, type JsonObject, type ProjectSource } from '@compozy/core';
import { writtenForms } from './written-forms.js';

/** Shorter values would mask ordinary text. */
const SHORTEST_SECRET = 4;

export interface SecretMask {
  text(value: string): string;
  json(value: Json): Json;
  failure(record: FailureRecord): FailureRecord;
}

/** Replaces every occurrence of a known secret value, however it is written, in keys too, by `[secret NAME]`. */
export function createSecretMask(secrets: Readonly<Record<string, string>>): SecretMask {
  const names = new Map<string, string>();
  for (const [name, secret] of Object.entries(secrets)) {
    if (secret.length < SHORTEST_SECRET) continue;
    for (const form of writtenForms(secret)) if (!names.has(form)) names.set(form, name);
  }
  // The longest first, so that a secret inside another one does not leave the rest of it behind.
  const known = [...names].toSorted(([a], [b]) => b.length - a.length);
  const shortest = known.at(-1)?.[0].length ?? Infinity;

  function text(value: string): string {
    if (value.length < shortest) return value;
    let masked = value;
    for (const [form, name] of known) if (masked.includes(form)) masked = masked.replaceAll(form, `[secret ${name}]`);
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

/** The mask of what is secret in a project now; made anew when its secrets change. */
export function createProjectMask(project: Pick<ProjectSource, 'secrets' | 'publicNames'>): () => SecretMask {
  let masked: Readonly<Record<string, string>> | undefined;
  let mask = createSecretMask({});
  return () => {
    const secrets = project.secrets();
    if (secrets !== masked) {
      masked = secrets;
      const shown = project.publicNames();
      mask = createSecretMask(Object.fromEntries(Object.entries(secrets).filter(([name]) => !shown.has(name))));
    }
    return mask;
  };
}
