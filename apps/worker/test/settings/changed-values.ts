import { createHash } from 'node:crypto';
import type { SettingKey } from '@compozy/worker/settings';

export interface ChangedValue {
  /** As the environment and flags have it, and YAML too unless it says something else. */
  readonly text: string;
  readonly yaml?: unknown;
  /** What the effective value becomes; the text by default. */
  readonly value?: unknown;
}

const hash = createHash('sha256').update('a key').digest('hex');
const origins = ['https://app.example.com', 'http://localhost:3000'];
const number = (value: number): ChangedValue => ({ text: String(value), yaml: value, value });
const on: ChangedValue = { text: 'true', yaml: true, value: true };
const seconds = (count: number): ChangedValue => ({ text: `${count}s`, value: count * 1_000 });

/** A value for each setting that is none of its defaults. A setting that is not here does not compile. */
export const CHANGED_VALUES: Readonly<Record<SettingKey, ChangedValue>> = {
  project_dir: { text: '/srv/shop' },
  'worker.max_concurrent_activity_execution_size': number(7),
  'worker.max_concurrent_workflow_execution_size': number(8),
  'worker.max_concurrent_local_activity_execution_size': number(9),
  'worker.deployment_name': { text: 'shop' },
  'worker.build_id': { text: '2026-11-28' },
  'runtime.tool_execution_timeout': seconds(7),
  'runtime.dispatcher_heartbeat_interval': seconds(3),
  'runtime.dispatcher_heartbeat_ttl': seconds(77),
  'runtime.log_level': { text: 'debug' },
  'server.host': { text: '127.0.0.9' },
  'server.port': number(6001),
  'server.health_port': number(6002),
  'server.auth.enabled': on,
  'server.auth.key_hashes': { text: `${hash.toUpperCase()}, ${hash}`, yaml: [hash, hash], value: [hash, hash] },
  'server.auth.wrong_keys_per_minute': number(3),
  'server.trusted_proxies': { text: '10.0.0.0/8, ::1', yaml: ['10.0.0.0/8', '::1'], value: ['10.0.0.0/8', '::1'] },
  'server.cors_enabled': on,
  'server.cors.allowed_origins': { text: origins.join(), yaml: origins, value: origins },
  'server.max_body_bytes': number(4_096),
  'server.max_backlog': number(77),
  'server.max_streams': number(78),
  'server.timeouts.http_read_header': seconds(3),
  'server.timeouts.http_read': seconds(4),
  'server.timeouts.http_idle': seconds(5),
  'server.timeouts.drain_delay': { text: '1500', yaml: '1500ms', value: 1_500 },
  'server.timeouts.server_shutdown': { text: '7000', yaml: '7s', value: 7_000 },
  'server.timeouts.worker_shutdown': { text: '8000', yaml: '8s', value: 8_000 },
  'ratelimit.api_key_rate.limit': number(10),
  'ratelimit.api_key_rate.period': seconds(11),
  'ratelimit.global_rate.limit': number(12),
  'ratelimit.global_rate.period': seconds(13),
  'temporal.host_port': { text: 'temporal.test:7777' },
  'temporal.namespace': { text: 'shop' },
  'temporal.adopt_namespace': { text: '6f1d3f0c-6f0e-4a8e-9a52-0d5f6c0f7a11' },
  'temporal.task_queue': { text: 'till' },
  'temporal.profile': { text: 'prod' },
  'temporal.config_file': { text: '/etc/temporal.toml' },
  'temporal.api_key': { text: 'temporal-api-key' },
  'temporal.tls.enabled': on,
  'temporal.tls.server_name': { text: 'temporal.test' },
  'temporal.tls.server_ca_cert_path': { text: '/etc/ca.pem' },
  'temporal.tls.server_ca_cert_data': { text: 'a CA' },
  'temporal.tls.client_cert_path': { text: '/etc/client.pem' },
  'temporal.tls.client_cert_data': { text: 'a certificate' },
  'temporal.tls.client_key_path': { text: '/etc/client.key' },
  'temporal.tls.client_key_data': { text: 'a private key' },
  'database.driver': { text: 'postgres' },
  'database.path': { text: '/var/lib/shop.db' },
  'database.busy_timeout': seconds(3),
  'database.conn_string': { text: 'postgres://ada:conn-secret@db.test/shop' },
  'database.host': { text: 'db.test' },
  'database.port': number(6432),
  'database.user': { text: 'ada' },
  'database.password': { text: 'db-password' },
  'database.name': { text: 'shop' },
  'database.ssl_mode': { text: 'require' },
  'database.max_open_conns': number(3),
  'database.conn_max_lifetime': seconds(600),
  'database.conn_max_idle_time': seconds(30),
  'database.connect_timeout': seconds(2),
  'database.retention': seconds(86_400),
  'redis.url': { text: 'redis://:redis-secret@redis.test:6380/2' },
  'redis.host': { text: 'redis.test' },
  'redis.port': number(6380),
  'redis.password': { text: 'redis-password' },
  'redis.db': number(2),
  'redis.tls_enabled': on,
  'redis.prefix': { text: 'shop:' },
  'redis.cache_ttl': seconds(9),
  'redis.command_timeout': { text: '900ms', value: 900 },
};
