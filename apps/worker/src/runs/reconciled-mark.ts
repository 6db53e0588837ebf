import type { HeartbeatRepository } from '@compozy/core';
import { readMark } from './read-mark.js';

/** A pass of a reconciler that left no run out. */
export interface ReconciledMark {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** The last heartbeat of each worker that was there. */
  readonly hosts: Readonly<Record<string, string>>;
}

/** Who comes later begins with the runs that are there then. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

const markId = (project: string) => `reconciled:${project}`;

/** The newest one; undefined when nobody knows of any. */
export async function readReconciledMark(
  project: string,
  heartbeats: HeartbeatRepository,
): Promise<ReconciledMark | undefined> {
  const details = await readMark(markId(project), heartbeats);
  if (typeof details?.['until'] !== 'string') return undefined;
  return { at: Date.parse(details['until']), hosts: (details['hosts'] ?? {}) as ReconciledMark['hosts'] };
}

export async function writeReconciledMark(
  project: string,
  heartbeats: HeartbeatRepository,
  { at, hosts }: ReconciledMark,
): Promise<void> {
  await heartbeats.beat(markId(project), { until: new Date(at).toISOString(), hosts }, KEPT_MS);
}
