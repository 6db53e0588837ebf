import type { DeadLetter, EventRecord, JsonObject } from '@compozy/core';
import type { DispatcherStore } from '../dispatcher-store.js';

/** What events need of a store, for as long as the returned object lives. Lists have one page. */
export function createMemoryDispatcherStore(): DispatcherStore {
  const events = new Map<string, EventRecord>();
  const letters = new Map<string, DeadLetter>();
  const beats = new Map<string, { readonly details: JsonObject; readonly at: number; readonly until: number }>();
  const leases = new Map<string, { readonly owner: string; readonly until: number }>();
  const keyOf = (project: string, id: string) => JSON.stringify([project, id]);
  return {
    events: {
      async upsertAll(records) {
        for (const record of records) {
          const key = keyOf(record.project, JSON.stringify([record.eventId, record.name]));
          if (record.status !== 'accepted' || !events.has(key)) events.set(key, record);
        }
      },
      async get(project, eventId, name) {
        const ofId = [...events.values()].filter((each) => each.project === project && each.eventId === eventId);
        return ofId
          .filter((each) => name === undefined || each.name === name)
          .toSorted((a, b) => Date.parse(b.acceptedAt) - Date.parse(a.acceptedAt))[0];
      },
      async list({ project, status, limit }) {
        const all = [...events.values()].filter((each) => each.project === project);
        return {
          items: all
            .filter((each) => status === undefined || each.status === status)
            .toReversed()
            .slice(0, limit),
        };
      },
    },
    deadLetters: {
      async addAll(added) {
        for (const letter of added) {
          const key = keyOf(letter.project, letter.id);
          if (!letters.has(key)) letters.set(key, letter);
        }
      },
      get: async (project, id) => letters.get(keyOf(project, id)),
      async list({ project, replayed, limit }) {
        const all = [...letters.values()].filter((letter) => letter.project === project);
        const asked = all.filter(({ replayedAt }) => replayed === undefined || (replayedAt !== null) === replayed);
        return { items: asked.toReversed().slice(0, limit) };
      },
      async markReplayed(project, id, at) {
        const letter = letters.get(keyOf(project, id));
        if (letter === undefined || letter.replayedAt !== null) return false;
        letters.set(keyOf(project, id), { ...letter, replayedAt: at });
        return true;
      },
      remove: async (project, id) => letters.delete(keyOf(project, id)),
    },
    heartbeats: {
      async beat(id, details, ttlMs) {
        beats.set(id, { details, at: Date.now(), until: Date.now() + ttlMs });
      },
      async remove(id) {
        beats.delete(id);
      },
      async listAlive(prefix) {
        return [...beats]
          .filter(([id, { until }]) => id.startsWith(prefix) && until > Date.now())
          .map(([id, { details, at }]) => ({ id, details, at: new Date(at).toISOString() }));
      },
    },
    leases: {
      async acquire(name, owner, ttlMs) {
        const held = leases.get(name);
        if (held !== undefined && held.owner !== owner && held.until > Date.now()) return false;
        leases.set(name, { owner, until: Date.now() + ttlMs });
        return true;
      },
      async release(name, owner) {
        if (leases.get(name)?.owner === owner) leases.delete(name);
      },
    },
  };
}
