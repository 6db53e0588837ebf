import type { Json, JsonObject } from '../../model/json.js';
import type { BlobStore } from '../blob-store.js';
import type { DeadLetterRepository, EventRepository } from './event-records.js';
import type { TaskRepository, WorkflowRepository } from './run-records.js';

/** First come, first served, for work that must not be done twice: reserve, then commit what came of it, or release. */
export interface IdempotencyRepository {
  /** `reserved`: the caller has it for `ttlMs`. `pending`: somebody else has. `done`: what was committed. */
  reserve(
    key: string,
    ttlMs: number,
  ): Promise<{ readonly state: 'reserved' | 'pending' } | { readonly state: 'done'; readonly value: Json }>;
  /** Keeps the value until `ttlMs` from now. */
  commit(key: string, value: Json, ttlMs: number): Promise<void>;
  release(key: string): Promise<void>;
}

/** Changes of schedules that people made beside the YAML. */
export interface ScheduleOverrideRepository {
  put(project: string, workflowId: string, override: ScheduleOverride): Promise<void>;
  get(project: string, workflowId: string): Promise<ScheduleOverride | undefined>;
  list(project: string): Promise<readonly (ScheduleOverride & { readonly workflowId: string })[]>;
  remove(project: string, workflowId: string): Promise<boolean>;
}

export interface ScheduleOverride {
  readonly enabled?: boolean;
  readonly cron?: string;
  readonly updatedAt: string;
}

export interface ApiKeyRecord {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the key, hex; the key itself is nowhere. */
  readonly hash: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

export interface ApiKeyRepository {
  add(key: ApiKeyRecord): Promise<void>;
  findByHash(hash: string): Promise<ApiKeyRecord | undefined>;
  list(): Promise<readonly ApiKeyRecord[]>;
  revoke(id: string, at: string): Promise<boolean>;
  touch(id: string, at: string): Promise<void>;
}

/** Things that one of many processes has for a while. */
export interface LeaseRepository {
  /** Takes or prolongs the lease; false when somebody else has it. */
  acquire(name: string, owner: string, ttlMs: number): Promise<boolean>;
  release(name: string, owner: string): Promise<void>;
}

/** Signs of life. */
export interface HeartbeatRepository {
  beat(id: string, details: JsonObject, ttlMs: number): Promise<void>;
  remove(id: string): Promise<void>;
  /** Those that have not run out, by prefix of their id. */
  listAlive(
    prefix: string,
  ): Promise<readonly { readonly id: string; readonly details: JsonObject; readonly at: string }[]>;
}

/** Everything that is kept beside Temporal. Whatever is down here, runs go on: Temporal's history is the truth. */
export interface Store {
  readonly workflows: WorkflowRepository;
  readonly tasks: TaskRepository;
  readonly events: EventRepository;
  readonly deadLetters: DeadLetterRepository;
  readonly idempotency: IdempotencyRepository;
  readonly schedules: ScheduleOverrideRepository;
  readonly apiKeys: ApiKeyRepository;
  readonly leases: LeaseRepository;
  readonly heartbeats: HeartbeatRepository;
  readonly blobs: BlobStore;
  /**
   * Removes, oldest first, what is over since before that time: executions that have ended with their tasks, events, and
   * dead letters; of each kind at most `limit`. Gives how many of them went, tasks not counted. What is open stays.
   */
  prune(options: { readonly project: string; readonly before: string; readonly limit: number }): Promise<number>;
  /**
   * When the first of all executions started, of all events was accepted, or of all dead letters was written, whatever
   * their project; undefined when there are none. No row refers to a blob that was last put long before.
   */
  oldestRow(): Promise<string | undefined>;
  /** Answers when the store can be read and written. @throws `Store.Unavailable` */
  ping(): Promise<void>;
  close(): Promise<void>;
}
