import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { compozy, createFolder, greeting } from './cli-session.js';

/** So that nothing of whoever runs the tests is a setting. */
const NEUTRAL = { TEMPORAL_HOST_PORT: '', TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: '', TEMPORAL_API_KEY: '' };
const withSettings = (yaml: string) => ({ ...greeting, 'compozy.yaml': `${greeting['compozy.yaml']}${yaml}\n` });

let server: DevServer;

beforeAll(async () => {
  server = await startDevServer();
});

afterAll(() => server?.stop());

describe('the settings of a project', () => {
  it('hold for compozy run: where Temporal is, and where the store is', async () => {
    await using folder = await createFolder(
      withSettings(`temporal: { host_port: "${server.address}" }\ndatabase: { path: kept/here.db }`),
    );
    const run = await compozy(['run', '-p', folder.dir, '--json'], { env: NEUTRAL });
    expect(run.stderr).toContain(`Temporal server on ${server.address}: named by compozy.yaml:8`);
    expect(JSON.parse(run.stdout)).toMatchObject({ status: 'SUCCESS', output: { text: 'Hello world' } });
    expect(existsSync(path.join(folder.dir, 'kept', 'here.db'))).toBe(true);
    expect(existsSync(path.join(folder.dir, '.compozy', 'state.db'))).toBe(false);
  });

  it('encrypt the connection of compozy run, which the server of this test does not understand', async () => {
    await using folder = await createFolder(withSettings('temporal: { tls: { enabled: true } }'));
    const refused = await compozy(['run', '-p', folder.dir, '--address', server.address], { env: NEUTRAL });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`Server.Unreachable: No Temporal server answers at ${server.address}`);
  });

  it('are left alone by --local, which needs nothing of them', async () => {
    await using folder = await createFolder(
      withSettings('temporal: { host_port: "127.0.0.1:1", api_key: secret, tls: { enabled: true } }'),
    );
    const run = await compozy(['run', '-p', folder.dir, '--local'], { env: NEUTRAL });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('Hello world') });
  });

  it('stand beside names that its files declare, which the environment gives values as .env does', async () => {
    await using folder = await createFolder({
      ...greeting,
      '.env': 'STAGE=test\n',
      'workflow.yaml': `id: hello
tasks:
  - { id: greet, type: basic, tool: greet, with: { name: "{{ .env.WHO }} {{ .env.STAGE }}" } }
outputs: { text: "{{ .tasks.greet.output.text }}" }
`,
      'compozy.yaml': `${greeting['compozy.yaml']}env: { WHO: "{{ .env.GIVEN_NAME }}" }\n`,
    });
    const env = { ...NEUTRAL, GIVEN_NAME: 'Adelheid', TEMPORAL_HOST_PORT: server.address };
    const run = await compozy(['run', '-p', folder.dir, '--json'], { env });
    const { status, output } = JSON.parse(run.stdout) as { status: string; output: { text: string } };
    // What comes from the environment is secret, so it is masked in what the run shows; the tool had it.
    expect({ status, isMasked: !output.text.includes('Adelheid') }).toEqual({ status: 'SUCCESS', isMasked: true });
    expect(run.stderr).not.toContain('env.unknown');
  });

  it('are checked by compozy run as by compozy-worker, and by compozy validate as far as they stand in files', async () => {
    await using folder = await createFolder(withSettings('server: { prot: 1 }'));
    const problem = 'compozy.yaml:8:11: error key.unknown: Unknown key "prot" in "server" (did you mean "port"?)';
    const validated = await compozy(['validate', folder.dir], { env: { ...NEUTRAL, SERVER_PORT: 'x' } });
    expect(validated).toMatchObject({ code: 2, stdout: `${problem}\ninvalid: 1 error(s), 0 warning(s)\n` });
    const run = await compozy(['run', '-p', folder.dir], { env: { ...NEUTRAL, SERVER_PORT: 'x' } });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr.split('\n')).toEqual([
      problem,
      'environment: error value.range: SERVER_PORT must be a whole number from 0 to 65535, not "x"',
      '',
    ]);
  });

  it('reach Temporal for schedules, with the files of the project and without them', async () => {
    await using folder = await createFolder(withSettings('temporal: { namespace: nowhere }'));
    const named = await compozy(['schedules', 'list', '--json', '--name', 'greeting', '--address', server.address], {
      env: NEUTRAL,
    });
    expect(named).toMatchObject({ code: 0, stdout: '{"schedules":[]}\n' });
    const elsewhere = await compozy(['schedules', 'list', '-p', folder.dir, '--address', server.address], {
      env: NEUTRAL,
    });
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.stderr).toContain('nowhere');
  });
});
