import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, it } from 'vitest';

/** Processes that have the address of `server` on their command line: the server and its guardian. */
function processesOf({ address }: Pick<DevServer, 'address'>): string[] {
  const port = address.split(':')[1];
  const table = execFileSync('ps', ['-A', '-o', 'stat=,args='], { encoding: 'utf8' });
  return table.split('\n').filter((line) => line.includes(`--port ${port} `) && !line.startsWith('Z'));
}

/** Waits until nothing of it is left, or for the time limit of the test. */
async function untilGone(server: Pick<DevServer, 'address'>): Promise<void> {
  await expect.poll(() => processesOf(server)).toEqual([]);
}

async function connect({ address, namespace }: Pick<DevServer, 'address' | 'namespace'>) {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  return { client, [Symbol.asyncDispose]: () => connection.close() };
}

const START = { taskQueue: 'nobody-polls', args: [] };

describe('startDevServer', () => {
  it('serves runs with the search attributes of the engine as soon as it resolves', async () => {
    await using server = await startDevServer();
    await using connected = await connect(server);
    const names = ['CompozyExecId', 'CompozyProject', 'CompozyWorkflow', 'CompozyStatus'];
    await connected.client.workflow.start('anything', {
      ...START,
      workflowId: 'run-1',
      searchAttributes: Object.fromEntries(names.map((name) => [name, [`${name} value`]])),
    });
    const query = names.map((name) => `${name} = "${name} value"`).join(' AND ');
    await expect.poll(async () => (await connected.client.workflow.count(query)).count).toBe(1);
  });

  it('listens on the loopback interface only, and says in one line what it started', async () => {
    const messages: string[] = [];
    await using server = await startDevServer({ log: (message) => messages.push(message) });
    expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(messages.filter((message) => message.includes(server.address))).toHaveLength(1);
    expect(messages.at(-1)).toMatch(/^Temporal server on 127\.0\.0\.1:\d+: \/.*temporal, /);
  });

  it('makes the namespace and the search attributes that it is asked for', async () => {
    await using server = await startDevServer({ namespace: 'orders', searchAttributes: { Weight: 'Int' } });
    expect(server.namespace).toBe('orders');
    await using connected = await connect(server);
    const searchAttributes = { Weight: [7], CompozyProject: ['shop'] };
    const handle = await connected.client.workflow.start('anything', { ...START, workflowId: 'w', searchAttributes });
    expect((await handle.describe()).searchAttributes).toMatchObject(searchAttributes);
  });

  it('applies dynamic configuration', async () => {
    await using server = await startDevServer({ dynamicConfig: { 'limit.maxIDLength': 20 } });
    await using connected = await connect(server);
    const start = connected.client.workflow.start('anything', { ...START, workflowId: 'x'.repeat(21) });
    await expect(start).rejects.toMatchObject({ cause: { details: 'WorkflowId length exceeds limit.' } });
  });

  it('serves the UI when asked', async () => {
    await using server = await startDevServer({ ui: true });
    const response = await fetch(String(server.uiUrl));
    expect(response.status).toBe(200);
    await using other = await startDevServer();
    expect(other.uiUrl).toBeUndefined();
  });

  it.each([{ durable: false }, { durable: true }])(
    'keeps runs in a file with durable: $durable',
    async ({ durable }) => {
      using directory = mkdtempDisposableSync(join(tmpdir(), 'dev-server-'));
      const dbFilename = join(directory.path, 'state', 'runs.db');
      {
        await using server = await startDevServer({ dbFilename, durable });
        await using connected = await connect(server);
        await connected.client.workflow.start('anything', { ...START, workflowId: 'kept' });
      }
      await using server = await startDevServer({ dbFilename, durable });
      await using connected = await connect(server);
      const description = await connected.client.workflow.getHandle('kept').describe();
      expect(description.status.name).toBe('RUNNING');
    },
  );

  it('stops completely however often it is told', async () => {
    const startedAt = performance.now();
    const server = await startDevServer();
    console.log(`started in ${Math.round(performance.now() - startedAt)} ms`);
    expect(processesOf(server)).not.toEqual([]);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(processesOf(server)).toEqual([]);
    await expect(startDevServer({ env: { TEMPORAL_HOST_PORT: server.address } })).rejects.toMatchObject({
      code: 'Server.Unreachable',
    });
  });

  it('connects to the server of the environment, the most specific name first, and leaves it running', async () => {
    await using server = await startDevServer();
    const env = { TEMPORAL_HOST_PORT: server.address, TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const borrowed = await startDevServer({ env });
    expect(borrowed).toMatchObject({ address: server.address, origin: 'address' });
    await borrowed.stop();
    expect((await startDevServer({ address: server.address })).origin).toBe('address');
  });

  it('refuses the port of a server that runs', async () => {
    await using server = await startDevServer();
    const port = Number(server.address.split(':')[1]);
    await expect(startDevServer({ port })).rejects.toMatchObject({ code: 'Server.StartFailed', details: { port } });
  });

  it.each([{ options: '{}' }, { options: '{ dbFilename: process.argv[1] + "/runs.db" }' }])(
    'dies with a process that is killed hard, started with $options',
    async ({ options }) => {
      using directory = mkdtempDisposableSync(join(tmpdir(), 'dev-server-'));
      const script = `
        import { startDevServer } from '@compozy/dev-server';
        console.log((await startDevServer(${options})).address);`;
      const owner = spawn(process.execPath, ['--input-type=module', '-e', script, directory.path], {
        cwd: import.meta.dirname,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = await once(owner.stdout.setEncoding('utf8'), 'data');
      const server = { address: String(line).trim() };
      expect(processesOf(server)).not.toEqual([]);
      owner.kill('SIGKILL');
      await untilGone(server);
    },
  );

  it('dies with a process that exits without stopping it', async () => {
    const script = `
      import { startDevServer } from '@compozy/dev-server';
      const { address } = await startDevServer();
      console.log(address);
      process.exit(0);`;
    const address = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    await untilGone({ address: address.trim() });
  });
});
