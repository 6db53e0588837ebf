import path from 'node:path';
import type { Settings } from './resolve-settings.js';
import type { SettingValues } from './settings.js';

/** Where the settings have the store: a file of SQLite, or the address of PostgreSQL, with its password. */
export function storeLocation(
  { values, driver }: Pick<Settings, 'values' | 'driver'>,
  projectDir: string,
): { readonly path: string } | { readonly url: string } {
  return driver === 'sqlite' ? { path: sqlitePath(values, projectDir) } : { url: postgresUrl(values) };
}

export function sqlitePath(values: SettingValues, projectDir: string): string {
  const file = values['database.path'];
  return file === ':memory:' ? file : path.resolve(projectDir, file);
}

export function postgresUrl(values: SettingValues): string {
  const given = values['database.conn_string'];
  if (given !== undefined) return given;
  const user = encodeURIComponent(values['database.user']);
  const password = values['database.password'];
  const login = password === undefined ? user : `${user}:${encodeURIComponent(password)}`;
  const host = `${hostOf(values['database.host'])}:${values['database.port']}`;
  const mode = values['database.ssl_mode'];
  // Without `uselibpqcompat` the driver takes "require" for "verify-full".
  return `postgres://${login}@${host}/${encodeURI(values['database.name'])}?sslmode=${mode}&uselibpqcompat=true`;
}

/** An IPv6 address has brackets in a URL. */
export function hostOf(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
