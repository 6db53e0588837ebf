import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checkSettings,
  describeSettings,
  formatSettingProblems,
  LEFT_OUT_SETTINGS,
  resolveSettings,
  SETTINGS,
  SETTING_VARIABLES,
  SettingsError,
  type ResolveOptions,
  type SettingKey,
} from '@compozy/worker/settings';
import { CHANGED_VALUES } from './changed-values.js';
import { createProjectFolder, nested } from './project-folder.js';

const KEYS = Object.keys(SETTINGS) as SettingKey[];
const settingOf = (key: SettingKey): { env: readonly string[]; flag?: string; outsideYaml?: true; secret?: true } =>
  SETTINGS[key];

interface Given extends Partial<ResolveOptions> {
  readonly yaml?: string;
  readonly dotenv?: string;
}

async function check({ yaml = '', dotenv, ...options }: Given = {}) {
  await using folder = await createProjectFolder(yaml, dotenv === undefined ? {} : { '.env': dotenv });
  const result = await checkSettings({ environment: {}, dir: folder.dir, ...options });
  const entry = (key: SettingKey) => result.entries.find((one) => one.key === key)!;
  return { ...result, entry, report: formatSettingProblems(result.problems) };
}

const expected = (key: SettingKey) => CHANGED_VALUES[key].value ?? CHANGED_VALUES[key].text;

describe('every setting', () => {
  it('has a changed value in these tests, which is not its default', async () => {
    expect(Object.keys(CHANGED_VALUES).toSorted()).toEqual(KEYS.toSorted());
    const { entry } = await check();
    for (const key of KEYS) expect(entry(key).value, key).not.toEqual(expected(key));
  });

  it.each(KEYS.filter((key) => settingOf(key).outsideYaml !== true))('takes %s from compozy.yaml', async (key) => {
    const { yaml, text } = CHANGED_VALUES[key];
    const { entry } = await check({ yaml: nested(key, yaml ?? text) });
    expect(entry(key)).toEqual({ key, value: expected(key), source: 'compozy.yaml:3' });
  });

  it.each(KEYS.flatMap((key) => settingOf(key).env.map((name) => [key, name] as const)))(
    'takes %s from the variable %s, of the environment or of .env',
    async (key, name) => {
      const { text } = CHANGED_VALUES[key];
      const withoutDir = key === 'project_dir' ? { dir: undefined as never } : {};
      const { entry } = await check({ environment: { [name]: text }, ...withoutDir });
      expect(entry(key)).toEqual({ key, value: expected(key), source: `environment ${name}` });
      if (settingOf(key).outsideYaml === true) return;
      const fromFile = await check({ dotenv: `${name}="${text}"\n` });
      expect(fromFile.entry(key)).toEqual({ key, value: expected(key), source: `.env ${name}` });
    },
  );

  it.each(KEYS.flatMap((key) => (settingOf(key).flag === undefined ? [] : [[key, settingOf(key).flag!] as const])))(
    'takes %s from --%s',
    async (key, flag) => {
      const { text, value } = CHANGED_VALUES[key];
      const withoutDir = key === 'project_dir' ? { dir: undefined as never } : {};
      for (const argv of value === true
        ? [[`--${flag}`], [`--${flag}=true`]]
        : [[`--${flag}`, text], [`--${flag}=${text}`]]) {
        const { entry } = await check({ argv, ...withoutDir });
        expect(entry(key)).toEqual({ key, value: expected(key), source: `flag --${flag}` });
      }
    },
  );

  it.each(KEYS.filter((key) => settingOf(key).secret === true))('hides %s wherever it is shown', async (key) => {
    const { text } = CHANGED_VALUES[key];
    const { entries, report } = await check({ environment: { [settingOf(key).env[0]!]: text } });
    const shown = JSON.stringify(describeSettings(entries));
    expect(shown).toContain('******');
    expect(shown).not.toContain(text);
    expect(report).not.toContain(text);
  });
});

describe('precedence', () => {
  const yaml = 'server: { port: 1001 }';
  const dotenv = 'SERVER_PORT=1002\n';
  const environment = { SERVER_PORT: '1003' };
  const argv = ['--port', '1004'];
  it.each<[Given, number, string]>([
    [{}, 5001, 'default'],
    [{ yaml }, 1001, 'compozy.yaml:3'],
    [{ yaml, dotenv }, 1002, '.env SERVER_PORT'],
    [{ yaml, dotenv, environment }, 1003, 'environment SERVER_PORT'],
    [{ yaml, dotenv, environment, argv }, 1004, 'flag --port'],
  ])('of %j', async (given, value, source) => {
    const { entry } = await check(given);
    expect(entry('server.port')).toEqual({ key: 'server.port', value, source });
  });

  it('TEMPORAL_HOST_PORT wins over TEMPORAL_ADDRESS, that over a profile, and the profile over compozy.yaml', async () => {
    const toml = '[profile.prod]\naddress = "profile.test:1"\nnamespace = "of-profile"\n';
    await using folder = await createProjectFolder('temporal: { host_port: "yaml.test:1", namespace: of-yaml }', {
      'temporal.toml': toml,
    });
    const profile = { TEMPORAL_PROFILE: 'prod', TEMPORAL_CONFIG_FILE: path.join(folder.dir, 'temporal.toml') };
    const addressOf = async (variables: ResolveOptions['environment']) => {
      const { settings } = await resolveSettings({ environment: variables, dir: folder.dir });
      return [settings.temporal.hostPort, settings.temporal.namespace];
    };
    expect(await addressOf({})).toEqual(['yaml.test:1', 'of-yaml']);
    expect(await addressOf(profile)).toEqual(['profile.test:1', 'of-profile']);
    const address = { ...profile, TEMPORAL_ADDRESS: 'address.test:1' };
    expect(await addressOf(address)).toEqual(['address.test:1', 'of-profile']);
    expect(await addressOf({ ...address, TEMPORAL_HOST_PORT: 'host.test:1' })).toEqual(['host.test:1', 'of-profile']);
  });

  it('an empty variable, and an empty text in YAML, is none', async () => {
    const { entry, problems } = await check({ environment: { SERVER_PORT: '' }, yaml: 'redis: { url: "", host: }' });
    expect(entry('server.port').source).toBe('default');
    expect(entry('redis.url').source).toBe('default');
    expect(problems).toEqual([]);
  });

  it('paths of compozy.yaml begin at its folder, those of the environment at the working directory', async () => {
    await using folder = await createProjectFolder('database: { path: ./data.db }');
    const given = await checkSettings({ environment: {}, dir: folder.dir });
    expect(given.settings?.values['database.path']).toBe(path.join(folder.dir, 'data.db'));
    const other = await checkSettings({ environment: { DB_PATH: 'x/data.db' }, dir: folder.dir });
    expect(other.settings?.values['database.path']).toBe(path.resolve('x/data.db'));
    const memory = await checkSettings({ environment: { DB_PATH: ':memory:' }, dir: folder.dir });
    expect(memory.settings?.values['database.path']).toBe(':memory:');
  });
});

describe('the report', () => {
  it('has every problem of the project, of each place of settings and of the files that they name', async () => {
    const { report, project, settings } = await check({
      yaml: `server: { prot: 80, timeouts: { http_read: soon }, auth: yes }
runtime: { log_level: debgu, tool_execution_timeout: nope }
redis: { password: [a] }
workflow: x`,
      dotenv: 'DB_PORT=many\n',
      environment: { SERVER_PORT: '99999', TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere/client.pem' },
      argv: ['--helth-port', '1', '--db-port', 'x'],
    });
    expect(project).toBeUndefined();
    expect(settings).toBeUndefined();
    expect(report).toMatchInlineSnapshot(`
      "compozy.yaml:3:11: error key.unknown: Unknown key "prot" in "server" (did you mean "port"?)
      compozy.yaml:3:44: error value.duration: "server.timeouts.http_read" must be a duration such as "500ms", "30s", "1h30m", "2d" or "5 minutes", of at least 1s, not "soon"
      compozy.yaml:3:58: error value.type: "server.auth" must be a mapping with keys and values
      compozy.yaml:4:23: error value.enum: "runtime.log_level" must be one of "debug", "info", "warn", "error", not "debgu" (did you mean "debug"?)
      compozy.yaml:4:54: error value.duration: "tool_execution_timeout" must be a duration such as "30s", or a number of milliseconds, not "nope"
      compozy.yaml:5:20: error value.type: "redis.password" must be a text that is not empty, not a list
      compozy.yaml:6:1: error key.unknown: Unknown key "workflow" (did you mean "workflows"?)
      flags: error key.unknown: Unknown flag "--helth-port" (did you mean "--health-port"?)
      flags: error value.range: --db-port must be a whole number from 0 to 65535, not "x"
      environment: error value.range: SERVER_PORT must be a whole number from 0 to 65535, not "99999"
      .env: error value.range: DB_PORT must be a whole number from 0 to 65535, not "many"
      temporal.tls.client_cert_path: error file.unreadable: "/nowhere/client.pem" cannot be read (ENOENT)
      environment TEMPORAL_TLS_CLIENT_CERT_PATH: error value.conflict: The certificate of the client needs "temporal.tls.client_key_path" too"
    `);
  });

  it('never shows the value of a secret, and says which variable it is in', async () => {
    const { report } = await check({
      yaml: 'database: { conn_string: "yaml-secret" }',
      environment: { REDIS_URL: 'env-secret', SERVER_API_KEY_HASHES: 'key-secret' },
      argv: ['--db-conn-string=flag-secret'],
    });
    expect(report).not.toMatch(/(yaml|env|key|flag)-secret/);
    expect(report).toContain('environment: error value.type: REDIS_URL must be redis://');
    expect(report).toContain('environment: error value.type: SERVER_API_KEY_HASHES must be SHA-256 hashes');
    expect(report).toContain('flags: error value.type: --db-conn-string must be postgres://');
    expect(report).toContain('compozy.yaml:3:26: error value.type: "database.conn_string" must be postgres://');
  });

  it('warns of what the original had and this version does not, by the reason', async () => {
    // The loader says what may stand in `runtime`.
    const values: Record<string, unknown> = { 'runtime.native_tools': {}, 'runtime.bun_permissions': ['all'] };
    for (const [key, reason] of LEFT_OUT_SETTINGS) {
      const value = values[key] ?? (key === 'runtime.environment' ? 'production' : 1);
      const { report, settings } = await check({ yaml: nested(key, value) });
      expect(report, key).toMatch(/^compozy\.yaml:3:\d+: warning key\.ignored: /);
      expect(report, key).toContain(`"${key}" has no effect: ${reason}`);
      expect(settings, key).toBeDefined();
    }
    const { report } = await check({ environment: { MCP_PROXY_URL: 'x', DB_AUTO_MIGRATE: 'true' } });
    expect(report).toContain(
      'environment: warning key.ignored: MCP_PROXY_URL has no effect: it belongs to the MCP proxy',
    );
    expect(report).toContain(
      'environment: warning key.ignored: DB_AUTO_MIGRATE has no effect: a store migrates itself',
    );
  });

  it('makes unknown keys warnings where the project is not strict', async () => {
    const { report, settings } = await check({ yaml: 'strict: false\nserver: { prot: 80 }' });
    expect(report).toBe(
      'compozy.yaml:4:11: warning key.unknown: Unknown key "prot" in "server" (did you mean "port"?)',
    );
    expect(settings).toBeDefined();
  });

  it.each([
    ['runtime: { dispatcher_heartbeat_interval: 40s }', 'must be longer than "runtime.dispatcher_heartbeat_interval"'],
    ['temporal: { tls: { client_key_data: x } }', 'The key of the client needs "temporal.tls.client_cert_path" too'],
    ['redis: { host: "{{ .env.REDIS }}" }', 'settings take none; set REDIS_HOST in .env or in the environment'],
    ['temporal: { profile: prod, config_file: ./none.toml }', 'The profile "prod" of Temporal cannot be read'],
  ])('refuses %s', async (yaml, message) => {
    const { report, settings } = await check({ yaml });
    expect(report).toContain(message);
    expect(settings).toBeUndefined();
  });

  it.each([
    ['database: { path: ./x.db, host: db }', '"database.path" has no effect: the database is PostgreSQL'],
    ['database: { name: shop }', '"database.name" has no effect: the database is SQLite'],
    ['redis: { port: 1 }', '"redis.port" has no effect: neither "redis.url" nor "redis.host" is set'],
    ['redis: { url: "redis://a", db: 1 }', '"redis.db" has no effect: "redis.url" wins'],
    ['temporal: { tls: { enabled: false, server_name: a } }', '"temporal.tls.enabled" is false'],
  ])('warns of %s', async (yaml, message) => {
    const { problems, report, settings } = await check({ yaml });
    expect(problems.map(({ severity }) => severity)).toEqual(['warning']);
    expect(report).toContain(message);
    expect(settings).toBeDefined();
  });

  it('is what resolveSettings throws', async () => {
    await using folder = await createProjectFolder('server: { port: x }');
    const error = await resolveSettings({ environment: { DB_PORT: 'y' }, dir: folder.dir }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SettingsError);
    expect(error).toMatchObject({
      code: 'Config.Invalid',
      problems: [{ place: 'compozy.yaml:3:17' }, { place: 'environment' }],
    });
  });
});

it('reads declared variables only', async () => {
  const seen = new Set<string>();
  const environment = new Proxy<Record<string, string>>(
    { HOME: '/root', SERVER_PORT: '1', A_B: 'x' },
    {
      get(target, name) {
        seen.add(String(name));
        return target[String(name)];
      },
      ownKeys: () => {
        throw new Error('The whole environment was read');
      },
    },
  );
  const { entry } = await check({ environment });
  expect(entry('server.port').value).toBe(1);
  expect([...seen].filter((name) => !SETTING_VARIABLES.includes(name))).toEqual([]);
});
