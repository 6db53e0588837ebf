import { loadClientConfigProfile, type ClientConfigProfile, type ConfigDataSource } from '@temporalio/envconfig';
import type { SettingLayer } from './setting-layer.js';
import type { SettingProblem } from './setting-problem.js';
import type { SettingKey } from './settings.js';

export interface ProfileChoice {
  readonly profile: string | undefined;
  readonly configFile: string | undefined;
}

export interface TemporalProfile {
  readonly layer: SettingLayer;
  /** Headers for each request to Temporal. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The values of a profile that somebody asked for. A file in the home folder alone changes nothing. */
export function readTemporalProfile(
  { profile, configFile }: ProfileChoice,
  problems: SettingProblem[],
): TemporalProfile {
  if (profile === undefined && configFile === undefined) return { layer: new Map(), metadata: {} };
  try {
    const found = loadClientConfigProfile({
      disableEnv: true,
      configFileStrict: true,
      ...(profile === undefined ? {} : { profile }),
      ...(configFile === undefined ? {} : { configSource: { path: configFile } }),
    });
    return { layer: toLayer(found, `profile ${profile ?? 'default'}`), metadata: found.grpcMeta ?? {} };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The profile "${profile ?? 'default'}" of Temporal cannot be read: ${reason}`;
    problems.push({ severity: 'error', code: 'file.unreadable', message, place: configFile ?? 'temporal.profile' });
    return { layer: new Map(), metadata: {} };
  }
}

function toLayer({ address, namespace, apiKey, tls }: ClientConfigProfile, source: string): SettingLayer {
  const found: Partial<Record<SettingKey, unknown>> = {
    'temporal.host_port': address,
    'temporal.namespace': namespace,
    'temporal.api_key': apiKey,
    'temporal.tls.enabled': tls === undefined ? undefined : tls.disabled !== true,
    'temporal.tls.server_name': tls?.serverName,
    'temporal.tls.server_ca_cert_path': pathOf(tls?.serverCACert),
    'temporal.tls.server_ca_cert_data': dataOf(tls?.serverCACert),
    'temporal.tls.client_cert_path': pathOf(tls?.clientCert),
    'temporal.tls.client_cert_data': dataOf(tls?.clientCert),
    'temporal.tls.client_key_path': pathOf(tls?.clientKey),
    'temporal.tls.client_key_data': dataOf(tls?.clientKey),
  };
  const given = Object.entries(found).filter(([, value]) => value !== undefined);
  return new Map(given.map(([key, value]) => [key as SettingKey, { value, source }]));
}

function pathOf(source: ConfigDataSource | undefined): string | undefined {
  return source !== undefined && 'path' in source ? source.path : undefined;
}

function dataOf(source: ConfigDataSource | undefined): string | undefined {
  if (source === undefined || 'path' in source) return undefined;
  return typeof source.data === 'string' ? source.data : new TextDecoder().decode(source.data);
}
