import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretMask, writeRun } from '@compozy/activities';
import type { RunRecording, Status, Store, TaskView } from '@compozy/core';
import { createPostgresStore, createSqliteStore } from '@compozy/store';
import { postgresMissing, startPostgres, type PostgresServer } from '../../store/test/servers/start-postgres.js';

const ROUNDS = 20;
const mask = createSecretMask({});
const AT = '2026-01-01T00:00:00.000Z';

function task(execId: string, id: string, owner: string, status: Status): TaskView {
  return {
    task_id: id,
    // The path and the execution id say it, and not what Temporal knows the run by.
    task_exec_id: `${execId}-${id}`,
    type: 'basic',
    execution_type: 'basic',
    component: 'tool',
    status,
    input: null,
    output: owner,
    error: null,
    attempts: 1,
    started_at: AT,
    ended_at: null,
  };
}

/** The run of `owner`, which is the id that Temporal knows it by; its own task and one that the others have too. */
function recording(execId: string, owner: string, workflowId: string, version: number, status: Status): RunRecording {
  return {
    project: 'shop',
    temporalWorkflowId: owner,
    trigger: { type: 'api' },
    version,
    at: AT,
    view: {
      workflow_id: workflowId,
      workflow_exec_id: execId,
      status,
      input: null,
      output: owner,
      error: null,
      tasks: Object.fromEntries(['both', owner].map((id) => [id, task(execId, id, owner, status)])),
      usage: {},
      started_at: AT,
      ended_at: null,
    },
  };
}

function describeOwners(name: string, create: () => { readonly store: Store; readonly other: Store }): void {
  const owners = async (store: Store, execId: string) => {
    const { items } = await store.tasks.list(execId, { limit: 100 });
    return { row: (await store.workflows.get(execId))?.temporalWorkflowId, tasks: items.map(({ output }) => output) };
  };

  // The first writes of both were missed: the store was down.
  it.each([
    ['of two workflows', 'greet', 'count'],
    ['of one workflow', 'greet', 'greet'],
  ])(`${name}: tasks are those of the run that has the row, when runs %s were given one id`, async (_of, one, two) => {
    const { store, other } = create();
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = `${one}-${two}-${round}`;
      const writes = [2, 3, 4].flatMap((version) => {
        const status = version === 4 ? 'SUCCESS' : 'WAITING';
        return [
          writeRun(recording(id, 'first', one, version, status), store, mask),
          writeRun(recording(id, 'second', two, version + 1, status), other, mask),
        ];
      });
      await Promise.all(writes);
      const { row, tasks } = await owners(store, id);
      expect(['first', 'second']).toContain(row);
      expect(tasks).toEqual([row, row]);
      expect(await store.workflows.get(id)).toMatchObject({ status: 'SUCCESS', output: row });
    }
  });

  it(`${name}: the row says nothing of tasks before they are there`, async () => {
    const { store } = create();
    const seen: unknown[] = [];
    const watched = {
      workflows: store.workflows,
      tasks: {
        ...store.tasks,
        async upsertAll(records: Parameters<Store['tasks']['upsertAll']>[0]) {
          const { status, output, endedAt } = (await store.workflows.get('watched'))!;
          seen.push({ status, output, endedAt });
          await store.tasks.upsertAll(records);
        },
      },
    };
    expect(await writeRun(recording('watched', 'first', 'greet', 7, 'SUCCESS'), watched, mask)).toBe(true);
    expect(seen).toEqual([{ status: 'RUNNING', output: null, endedAt: null }]);
    expect(await owners(store, 'watched')).toEqual({ row: 'first', tasks: ['first', 'first'] });
  });
}

describe('writeRun', () => {
  const sqlite = createSqliteStore({ path: ':memory:' });
  afterAll(() => sqlite.close());
  describeOwners('SQLite', () => ({ store: sqlite, other: sqlite }));
});

describe.skipIf(postgresMissing !== undefined)('writeRun', () => {
  let server: PostgresServer;
  let stores: { readonly store: Store; readonly other: Store };
  beforeAll(async () => {
    server = await startPostgres();
    const url = server.createDatabase();
    stores = { store: createPostgresStore({ url }), other: createPostgresStore({ url }) };
  });
  afterAll(async () => {
    await Promise.all([stores?.store.close(), stores?.other.close()]);
    await server?.[Symbol.asyncDispose]();
  });
  describeOwners('PostgreSQL', () => stores);
});
