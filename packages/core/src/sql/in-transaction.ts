import type { PostgresConnection, PostgresPool } from './postgres-pool.js';

/** All of `work`, or nothing of it. `begin` may be more than one statement. */
export async function inTransaction<T>(
  pool: Pick<PostgresPool, 'connect'>,
  work: (connection: PostgresConnection) => Promise<T>,
  begin = 'begin',
): Promise<T> {
  const connection = await pool.connect();
  let isBroken = false;
  // One that is lost between two statements says so by an event; without a listener that would end the process.
  const onLost = () => {
    isBroken = true;
  };
  connection.on('error', onLost);
  try {
    await connection.query(begin);
    const result = await work(connection);
    await connection.query('commit');
    return result;
  } catch (error) {
    await connection.query('rollback').catch(() => {
      isBroken = true;
    });
    throw error;
  } finally {
    if (!isBroken) connection.off('error', onLost);
    connection.release(isBroken);
  }
}
