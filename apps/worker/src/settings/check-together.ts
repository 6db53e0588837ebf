import type { SettingProblem } from './setting-problem.js';
import type { ResolvedSetting } from './setting-layer.js';
import type { SettingKey, SettingValues } from './settings.js';

const POSTGRES_PARTS = ['host', 'port', 'user', 'password', 'name', 'ssl_mode'] as const;
const POSTGRES_POOL = ['max_open_conns', 'conn_max_lifetime', 'conn_max_idle_time', 'connect_timeout'] as const;
const REDIS_PARTS = ['port', 'password', 'db', 'tls_enabled'] as const;
const REDIS_CACHE = ['prefix', 'cache_ttl', 'command_timeout'] as const;

/** Which database is meant: the one that is named, else PostgreSQL when somebody says where it is. */
export function chooseDriver(values: SettingValues, isGiven: (key: SettingKey) => boolean): 'sqlite' | 'postgres' {
  const isPostgres = values['database.conn_string'] !== undefined || isGiven('database.host');
  return values['database.driver'] ?? (isPostgres ? 'postgres' : 'sqlite');
}

/** What is wrong with values that are right one by one, and warnings of those that nothing reads beside the others. */
export function checkTogether(values: SettingValues, entries: readonly ResolvedSetting[]): readonly SettingProblem[] {
  const problems: SettingProblem[] = [];
  const sources = new Map(entries.map(({ key, source }) => [key, source]));
  const isGiven = (key: SettingKey) => sources.get(key) !== 'default';
  const refuse = (key: SettingKey, message: string) =>
    problems.push({ severity: 'error', code: 'value.conflict', message, place: sources.get(key)! });
  const warnUnused = (keys: readonly SettingKey[], reason: string) => {
    for (const key of keys.filter((one) => isGiven(one))) {
      const message = `"${key}" has no effect: ${reason}`;
      problems.push({ severity: 'warning', code: 'key.ignored', message, place: sources.get(key)! });
    }
  };

  if (values['runtime.dispatcher_heartbeat_ttl'] <= values['runtime.dispatcher_heartbeat_interval']) {
    const message = '"runtime.dispatcher_heartbeat_ttl" must be longer than "runtime.dispatcher_heartbeat_interval"';
    refuse('runtime.dispatcher_heartbeat_ttl', message);
  }
  for (const [given, missing] of [
    ['worker.deployment_name', 'worker.build_id'],
    ['worker.build_id', 'worker.deployment_name'],
  ] as const) {
    if (isGiven(given) && !isGiven(missing)) refuse(given, `"${given}" needs "${missing}" too`);
  }
  const hasCert = isGiven('temporal.tls.client_cert_path') || isGiven('temporal.tls.client_cert_data');
  const hasKey = isGiven('temporal.tls.client_key_path') || isGiven('temporal.tls.client_key_data');
  if (hasCert !== hasKey) {
    const [given, missing] = hasCert ? ['certificate', 'client_key_path'] : ['key', 'client_cert_path'];
    const key = `temporal.tls.${hasCert ? 'client_cert' : 'client_key'}` as const;
    refuse(
      isGiven(`${key}_path`) ? `${key}_path` : `${key}_data`,
      `The ${given} of the client needs "temporal.tls.${missing}" too`,
    );
  }
  for (const name of ['server_ca_cert', 'client_cert', 'client_key'] as const) {
    const [path, data] = [`temporal.tls.${name}_path`, `temporal.tls.${name}_data`] as const;
    if (isGiven(data)) warnUnused([path], `"${data}" wins`);
  }
  if (values['temporal.tls.enabled'] === false) {
    const names = ['server_name', 'server_ca_cert_path', 'server_ca_cert_data', 'client_cert_path', 'client_cert_data'];
    warnUnused(
      names.map((name) => `temporal.tls.${name}` as SettingKey),
      '"temporal.tls.enabled" is false',
    );
  }
  if (!values['server.auth.enabled']) {
    warnUnused(['server.auth.key_hashes'], '"server.auth.enabled" is false');
  }

  if (!values['server.cors_enabled']) warnUnused(['server.cors.allowed_origins'], '"server.cors_enabled" is false');
  const driver = chooseDriver(values, isGiven);
  if (driver === 'postgres') {
    warnUnused(['database.path', 'database.busy_timeout'], 'the database is PostgreSQL');
    if (isGiven('database.conn_string')) {
      warnUnused(
        POSTGRES_PARTS.map((part) => `database.${part}` as const),
        '"database.conn_string" wins',
      );
    }
  } else {
    const parts = ['conn_string', ...POSTGRES_PARTS, ...POSTGRES_POOL] as const;
    warnUnused(
      parts.map((part) => `database.${part}` as const),
      'the database is SQLite',
    );
  }
  const redisParts = REDIS_PARTS.map((part) => `redis.${part}` as const);
  if (values['redis.url'] !== undefined) warnUnused(['redis.host', ...redisParts], '"redis.url" wins');
  else if (values['redis.host'] === undefined) {
    const all = [...redisParts, ...REDIS_CACHE.map((part) => `redis.${part}` as const)];
    warnUnused(all, 'neither "redis.url" nor "redis.host" is set');
  }
  return problems;
}
