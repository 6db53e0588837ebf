import type { HeartbeatRepository } from '@compozy/core';
import type { UnclearWork } from './find-oldest-work.js';
import { readMark } from './read-mark.js';

/** What keeps large values from being deleted, because nobody can tell how old it is. */
export interface SweepHolder extends UnclearWork {
  /** When that was found first, in ISO 8601. */
  readonly since: string;
}

export interface HeldUpWatchOptions {
  readonly project: string;
  readonly heartbeats: HeartbeatRepository;
  /** Hears of every change of what holds the sweep up; of none, when it goes on. */
  readonly onChange: (holders: readonly SweepHolder[]) => void;
}

/** Hears of what was unclear at a look at Temporal. */
export type HeldUpWatch = (unclear: readonly UnclearWork[]) => Promise<void>;

interface Found extends SweepHolder {
  /** 2 for more than once. */
  readonly looks: number;
}

/** Looks are an hour apart at most. */
const KEPT_MS = 24 * 60 * 60_000;
/** Of more, those that come first by their id stand for the others. */
const MAX_NOTED = 100;

const markId = (project: string) => `held-up-sweep:${project}`;

/**
 * Notes what holds the sweep up where all hosts find it: the next look may be that of another one. What is found once may
 * be a worker that is being replaced; only what is found again holds something up.
 */
export function createHeldUpWatch({ project, heartbeats, onChange }: HeldUpWatchOptions): HeldUpWatch {
  return async (unclear) => {
    const before = await readFound(project, heartbeats);
    if (before.length === 0 && unclear.length === 0) return;
    const now = new Date().toISOString();
    const found = unclear
      .toSorted((a, b) => (a.workflowId < b.workflowId ? -1 : 1))
      .slice(0, MAX_NOTED)
      .map(({ kind, workflowId }): Found => {
        const known = before.find((other) => other.workflowId === workflowId);
        return { kind, workflowId, since: known?.since ?? now, looks: known === undefined ? 1 : 2 };
      });
    if (found.length === 0) await heartbeats.remove(markId(project));
    else await heartbeats.beat(markId(project), { found: found.map((one) => ({ ...one })) }, KEPT_MS);
    const holders = holdersOf(found);
    if (idsOf(holders) !== idsOf(holdersOf(before))) onChange(holders);
  };
}

/** What holds the sweep of the project up; empty when nothing does. @throws `Store.Unavailable` */
export async function readSweepHolders(
  project: string,
  heartbeats: Pick<HeartbeatRepository, 'listAlive'>,
): Promise<readonly SweepHolder[]> {
  return holdersOf(await readFound(project, heartbeats));
}

/** For a log: what it is, since when, and what to do. */
export function describeSweepHolders(holders: readonly SweepHolder[]): string {
  if (holders.length === 0) return 'Large values are deleted again: it can be told how old everything is';
  const lines = holders.map(({ kind, workflowId, since }) =>
    kind === 'dispatcher'
      ? `dispatcher "${workflowId}" does not say which events it has, since ${since}: serve its task queue, or terminate it when its events may be lost`
      : `nobody can tell when run "${workflowId}" began, since ${since}, for it has no row and Temporal has forgotten how its chain began: let it end, or end it`,
  );
  return `Large values are not deleted, because of ${lines.length}: ${lines.join('; ')}`;
}

async function readFound(
  project: string,
  heartbeats: Pick<HeartbeatRepository, 'listAlive'>,
): Promise<readonly Found[]> {
  const details = await readMark(markId(project), heartbeats);
  return (details?.['found'] ?? []) as unknown as readonly Found[];
}

function holdersOf(found: readonly Found[]): readonly SweepHolder[] {
  return found.flatMap(({ looks, ...holder }) => (looks > 1 ? [holder] : []));
}

function idsOf(holders: readonly SweepHolder[]): string {
  return JSON.stringify(holders.map(({ workflowId }) => workflowId));
}
