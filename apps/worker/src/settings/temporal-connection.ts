import { readFile } from 'node:fs/promises';
import type { TemporalSettings } from '../temporal/connection.js';
import type { SettingProblem } from './setting-problem.js';
import type { SettingKey, SettingValues } from './settings.js';

/** How Temporal is reached. Reads the files with certificates. */
export async function toTemporalSettings(
  values: SettingValues,
  metadata: Readonly<Record<string, string>>,
  problems: SettingProblem[],
): Promise<TemporalSettings> {
  const serverName = values['temporal.tls.server_name'];
  const rootCa = await readPem(values, 'temporal.tls.server_ca_cert', problems);
  const clientCert = await readPem(values, 'temporal.tls.client_cert', problems);
  const clientKey = await readPem(values, 'temporal.tls.client_key', problems);
  const given = {
    ...(serverName === undefined ? {} : { serverName }),
    ...(rootCa === undefined ? {} : { rootCa }),
    ...(clientCert === undefined ? {} : { clientCert }),
    ...(clientKey === undefined ? {} : { clientKey }),
  };
  const apiKey = values['temporal.api_key'];
  const taskQueue = values['temporal.task_queue'];
  const isEncrypted = values['temporal.tls.enabled'] ?? (apiKey !== undefined || Object.keys(given).length > 0);
  return {
    hostPort: values['temporal.host_port'],
    namespace: values['temporal.namespace'],
    ...(taskQueue === undefined ? {} : { taskQueue }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(isEncrypted ? { tls: Object.keys(given).length === 0 ? true : given } : {}),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

type PemName = 'temporal.tls.server_ca_cert' | 'temporal.tls.client_cert' | 'temporal.tls.client_key';

async function readPem(values: SettingValues, name: PemName, problems: SettingProblem[]): Promise<Buffer | undefined> {
  const data = values[`${name}_data`];
  const file = values[`${name}_path`];
  if (data !== undefined) return Buffer.from(data);
  if (file === undefined) return undefined;
  try {
    return await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    const key: SettingKey = `${name}_path`;
    const message = `"${file}" cannot be read (${code})`;
    problems.push({ severity: 'error', code: 'file.unreadable', message, place: key });
    return undefined;
  }
}
