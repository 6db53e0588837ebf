import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Status, WorkflowFilter } from '@compozy/core';
import { sql } from 'kysely';
import { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { createPostgresDatabase } from '../src/postgres/postgres-database.js';
import { createWorkflowRepository, executionsPage } from '../src/repositories/workflow-repository.js';
import type { SqlDatabase } from '../src/sql/sql-database.js';
import { createSqliteDatabase } from '../src/sqlite/sqlite-database.js';
import { executionRecord } from './sample-execution.js';
import { postgresMissing, startPostgres } from './servers/start-postgres.js';

const COUNT = 100_000;
const PAGE = 500;
const BATCH = 2_000;
const FROM = Date.UTC(2026, 0, 1);
const reason = postgresMissing === undefined ? '' : ` (skipped: ${postgresMissing})`;

const timeOf = (i: number) => new Date(FROM + Math.floor(i / 3)).toISOString();
const idOf = (i: number) => `run-${String(i).padStart(6, '0')}`;
const statusOf = (i: number): Status => (i % 1_000 === 7 ? 'RUNNING' : i % 50 === 3 ? 'FAILED' : 'SUCCESS');
const workflowOf = (i: number) => `workflow-${i % 4}`;

/** In large batches: how fast single rows are written is not the matter here. */
async function insertAll(database: SqlDatabase): Promise<void> {
  for (let from = 0; from < COUNT; from += BATCH) {
    const rows = Array.from({ length: BATCH }, (_, offset) => {
      const i = from + offset;
      const record = executionRecord(idOf(i), {
        workflowId: workflowOf(i),
        status: statusOf(i),
        startedAt: timeOf(i),
        updatedAt: timeOf(i),
      });
      return {
        id: record.workflowExecId,
        project: record.project,
        workflow_id: record.workflowId,
        status: record.status,
        terminal: record.status === 'RUNNING' ? 0 : 1,
        version: 1,
        started_at: Date.parse(record.startedAt),
        updated_at: Date.parse(record.updatedAt),
        record: JSON.stringify(record),
      };
    });
    await database.run(database.build.insertInto('compozy_executions').values(rows));
  }
  await database.run({ compile: () => sql`analyze compozy_executions`.compile(database.build) });
}

interface Listing {
  readonly filter: Partial<WorkflowFilter>;
  readonly fits: (i: number) => boolean;
}

const LISTINGS: readonly Listing[] = [
  { filter: {}, fits: () => true },
  { filter: { workflowId: 'workflow-2' }, fits: (i) => i % 4 === 2 },
  { filter: { status: ['FAILED'] }, fits: (i) => statusOf(i) === 'FAILED' },
  { filter: { status: ['RUNNING', 'FAILED'] }, fits: (i) => statusOf(i) !== 'SUCCESS' },
  {
    filter: { workflowId: 'workflow-3', status: ['SUCCESS', 'FAILED'] },
    fits: (i) => i % 4 === 3 && statusOf(i) !== 'RUNNING',
  },
  {
    filter: { startedFrom: timeOf(30_000), startedBefore: timeOf(60_000) },
    fits: (i) => i >= 30_000 && i < 60_000,
  },
];

/** Pages through a listing and checks it; gives the cursors it met. */
async function pageThrough(name: string, database: SqlDatabase, { filter, fits }: Listing): Promise<string[]> {
  const workflows = createWorkflowRepository(database);
  const ids: string[] = [];
  const times: number[] = [];
  const cursors: string[] = [];
  for (let cursor: string | undefined; ; cursors.push(cursor)) {
    const startedAt = performance.now();
    const page = await workflows.list({
      project: 'shop',
      limit: PAGE,
      ...filter,
      ...(cursor === undefined ? {} : { cursor }),
    });
    times.push(performance.now() - startedAt);
    ids.push(...page.items.map(({ workflowExecId }) => workflowExecId));
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  const expected = Array.from({ length: COUNT }, (_, i) => i).filter(fits);
  expect(ids).toEqual(expected.toReversed().map(idOf));
  const [first, last] = [times[0]!, times.at(-1)!].map((ms) => ms.toFixed(1));
  const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!.toFixed(1);
  console.log(
    `${name}: ${JSON.stringify(filter)}: ${ids.length} rows, ${times.length} pages of ${PAGE}; ms of a page: first ${first}, median ${median}, last ${last}`,
  );
  return cursors;
}

function explain(database: SqlDatabase, how: string, filter: WorkflowFilter): Promise<readonly unknown[]> {
  const compiled = executionsPage(database, filter).compile();
  return database.run({ compile: () => ({ ...compiled, sql: `${how} ${compiled.sql}` }) });
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

describe(`a list of ${COUNT} executions`, () => {
  it('pages along an index in SQLite', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'compozy-many-'));
    const database = createSqliteDatabase({ path: join(dir, 'many.db'), busyTimeoutMs: 10_000 });
    try {
      await insertAll(database);
      for (const listing of LISTINGS) {
        const cursors = await pageThrough('SQLite', database, listing);
        for (const cursor of [undefined, cursors.at(-1)]) {
          const filter = {
            project: 'shop',
            limit: PAGE,
            ...listing.filter,
            ...(cursor === undefined ? {} : { cursor }),
          };
          const plan = (await explain(database, 'explain query plan', filter)) as readonly {
            readonly detail: string;
          }[];
          const walks = plan.map(({ detail }) => detail).filter((detail) => detail.includes('compozy_executions'));
          expect(walks.length).toBe(listing.filter.status?.length ?? 1);
          for (const walk of walks) {
            expect(walk).toMatch(/^SEARCH compozy_executions USING INDEX compozy_executions_\w+ \(project=\?/);
            // The walk begins where the page does.
            if (cursor !== undefined) expect(walk).toContain('(started_at,id)<(?,?)');
          }
          if (walks.length === 1) expect(plan.some(({ detail }) => detail.includes('TEMP B-TREE'))).toBe(false);
        }
      }
    } finally {
      await database.close();
      await rm(dir, { recursive: true });
    }
  }, 600_000);

  it.skipIf(postgresMissing !== undefined)(
    `pages along an index in PostgreSQL${reason}`,
    async () => {
      await using server = await startPostgres();
      const url = server.createDatabase();
      const database = createPostgresDatabase({
        pool: new Pool({ connectionString: url }),
        ownsPool: true,
      });
      try {
        await insertAll(database);
        for (const listing of LISTINGS) {
          const cursors = await pageThrough('PostgreSQL', database, listing);
          for (const cursor of [undefined, cursors.at(-1)]) {
            const filter = {
              project: 'shop',
              limit: PAGE,
              ...listing.filter,
              ...(cursor === undefined ? {} : { cursor }),
            };
            const [row] = (await explain(database, 'explain (analyze, format json)', filter)) as readonly {
              readonly 'QUERY PLAN': readonly { readonly Plan: PlanNode }[];
            }[];
            const nodes = nodesOf(row!['QUERY PLAN'][0]!.Plan);
            const walks = nodes.filter((node) => node['Relation Name'] === 'compozy_executions');
            expect(walks.length).toBe(listing.filter.status?.length ?? 1);
            for (const walk of walks) {
              expect(walk['Node Type']).toBe('Index Scan');
              expect(walk['Index Name']).toMatch(/^compozy_executions_/);
              // It reads what it shows, and next to nothing besides.
              expect(walk['Actual Rows']).toBeLessThanOrEqual(PAGE + 1);
              expect(walk['Rows Removed by Filter'] ?? 0).toBeLessThanOrEqual(PAGE);
            }
          }
        }
      } finally {
        await database.close();
      }
    },
    180_000,
  );
});
