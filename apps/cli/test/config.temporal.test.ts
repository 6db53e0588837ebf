import { describe, expect, it } from 'vitest';
import { compozy, createFolder, greeting } from './cli-session.js';

const withSettings = (yaml: string) => ({ ...greeting, 'compozy.yaml': `${greeting['compozy.yaml']}${yaml}\n` });
/** So that nothing of whoever runs the tests is a setting. */
const NEUTRAL = { TEMPORAL_HOST_PORT: '', TEMPORAL_ADDRESS: '', SERVER_PORT: '', DB_PASSWORD: '' };

describe('compozy config', () => {
  it('show prints each setting, where it comes from, and no secret', async () => {
    await using folder = await createFolder(withSettings('server: { health_port: 9001 }'));
    const env = { ...NEUTRAL, SERVER_PORT: '6001', DB_CONN_STRING: 'postgres://ada:hunter2@db/shop' };
    const shown = await compozy(['config', 'show', '--sources', '-p', folder.dir], { env });
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toMatch(/^server\.port +6001 +environment SERVER_PORT$/m);
    expect(shown.stdout).toMatch(/^server\.health_port +9001 +compozy\.yaml:8$/m);
    expect(shown.stdout).toMatch(/^server\.max_body_bytes +1048576 +default$/m);
    expect(shown.stdout).toMatch(/^database\.conn_string +\*{6} +environment DB_CONN_STRING$/m);
    expect(shown.stdout).not.toContain('hunter2');
    const json = await compozy(['config', 'show', '--json', '-p', folder.dir], { env });
    expect(JSON.parse(json.stdout)).toContainEqual({
      key: 'server.port',
      value: 6001,
      source: 'environment SERVER_PORT',
    });
    expect(json.stdout).not.toContain('hunter2');
  });

  it('validate reports the problems of the project and of its settings, and exits with 2', async () => {
    await using folder = await createFolder(withSettings('server: { prot: 1 }\nworkflow: x'));
    const env = { ...NEUTRAL, SERVER_PORT: 'x' };
    const text = await compozy(['config', 'validate', '-p', folder.dir], { env });
    expect(text).toMatchObject({ code: 2, stderr: '' });
    expect(text.stdout.trim().split('\n')).toEqual([
      'compozy.yaml:8:11: error key.unknown: Unknown key "prot" in "server" (did you mean "port"?)',
      'compozy.yaml:9:1: error key.unknown: Unknown key "workflow" (did you mean "workflows"?)',
      'environment: error value.range: SERVER_PORT must be a whole number from 0 to 65535, not "x"',
      'invalid: 3 error(s), 0 warning(s)',
    ]);
    const json = await compozy(['config', 'validate', '--json', '-p', folder.dir], { env });
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({ valid: false, problems: [{ place: 'compozy.yaml:8:11' }, {}, {}] });
  });

  it('validate passes with warnings, and show still prints what holds when something is wrong', async () => {
    await using folder = await createFolder(withSettings('monitoring: { enabled: true }'));
    const valid = await compozy(['config', 'validate', '-p', folder.dir], { env: NEUTRAL });
    expect(valid).toMatchObject({ code: 0, stdout: expect.stringContaining('valid: 1 warning(s)\n') });
    const shown = await compozy(['config', 'show', '-p', folder.dir], { env: { ...NEUTRAL, SERVER_PORT: 'x' } });
    expect(shown).toMatchObject({ code: 2, stderr: expect.stringContaining('environment: error value.range') });
    expect(shown.stdout).toMatch(/^server\.port +5001$/m);
  });
});
