import type { Pool, PoolClient } from 'pg';
import type { PostgresConnection, PostgresPool } from '@compozy/core/sql';

export type CutMoment = 'before' | 'after' | 'never';

export interface WatchedPool {
  readonly pool: PostgresPool;
  /** How much all rows were that came back so far, as JSON. */
  received(): number;
  /**
   * The next commit loses its connection: before the server has it, or before the answer is here. `never`: it does not
   * go out, as if the process stood still, until the server ends the connection.
   */
  cut(moment: CutMoment): void;
}

/** A real pool whose answers are measured, and whose connections can be cut off at a commit. */
export function watchPool(pool: Pool): WatchedPool {
  let received = 0;
  let next: CutMoment | undefined;

  async function measured(target: PostgresConnection, text: string, values?: unknown[]) {
    const result = await target.query(text, values);
    received += JSON.stringify(result.rows ?? []).length;
    return result;
  }

  async function commit(client: PoolClient): Promise<{ readonly rows: readonly unknown[] }> {
    const moment = next;
    next = undefined;
    if (moment === 'after') await client.query('commit');
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const lost = new Promise<void>((resolve) => client.once('end', resolve));
    if (moment !== 'never') await pool.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
    await lost;
    return await client.query('commit');
  }

  return {
    pool: {
      query: (text, values) => measured(pool, text, values),
      async connect() {
        const client = await pool.connect();
        return {
          query: (text, values) =>
            text === 'commit' && next !== undefined ? commit(client) : measured(client, text, values),
          on: (event, listener) => client.on(event, listener),
          off: (event, listener) => client.off(event, listener),
          release: (destroy) => client.release(destroy),
        };
      },
      end: () => pool.end(),
    },
    received: () => received,
    cut(moment) {
      next = moment;
    },
  };
}
