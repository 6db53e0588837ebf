import type { SettingKey } from '@compozy/worker';

/**
 * Where it is shown that a setting changes what the host does, or what a part of it is told: `http-proofs.test.ts` and
 * so on. A setting that is not here does not compile.
 */
export const PROOFS = {
  project_dir: 'host',
  'worker.max_concurrent_activity_execution_size': 'temporal',
  'worker.max_concurrent_workflow_execution_size': 'temporal',
  'worker.max_concurrent_local_activity_execution_size': 'temporal',
  'runtime.tool_execution_timeout': 'host',
  'runtime.dispatcher_heartbeat_interval': 'host',
  'runtime.dispatcher_heartbeat_ttl': 'host',
  'runtime.log_level': 'host',
  'server.host': 'http',
  'server.port': 'http',
  'server.health_port': 'http',
  'server.auth.enabled': 'host',
  'server.auth.key_hashes': 'host',
  'server.max_body_bytes': 'http',
  'server.timeouts.http_read_header': 'http',
  'server.timeouts.http_read': 'http',
  'server.timeouts.http_idle': 'http',
  'server.timeouts.drain_delay': 'host',
  'server.timeouts.server_shutdown': 'host',
  'server.timeouts.worker_shutdown': 'host',
  'ratelimit.api_key_rate.limit': 'http',
  'ratelimit.api_key_rate.period': 'http',
  'ratelimit.global_rate.limit': 'http',
  'ratelimit.global_rate.period': 'http',
  'temporal.host_port': 'temporal',
  'temporal.namespace': 'temporal',
  'temporal.task_queue': 'temporal',
  'temporal.profile': 'temporal',
  'temporal.config_file': 'temporal',
  'temporal.api_key': 'temporal',
  'temporal.tls.enabled': 'temporal',
  'temporal.tls.server_name': 'temporal',
  'temporal.tls.server_ca_cert_path': 'temporal',
  'temporal.tls.server_ca_cert_data': 'temporal',
  'temporal.tls.client_cert_path': 'temporal',
  'temporal.tls.client_cert_data': 'temporal',
  'temporal.tls.client_key_path': 'temporal',
  'temporal.tls.client_key_data': 'temporal',
  'database.driver': 'state',
  'database.path': 'state',
  'database.busy_timeout': 'state',
  'database.conn_string': 'state',
  'database.host': 'state',
  'database.port': 'state',
  'database.user': 'state',
  'database.password': 'state',
  'database.name': 'state',
  'database.ssl_mode': 'state',
  'database.max_open_conns': 'state',
  'database.conn_max_lifetime': 'state',
  'database.conn_max_idle_time': 'state',
  'database.connect_timeout': 'state',
  'redis.url': 'state',
  'redis.host': 'state',
  'redis.port': 'state',
  'redis.password': 'state',
  'redis.db': 'state',
  'redis.tls_enabled': 'state',
  'redis.prefix': 'state',
  'redis.cache_ttl': 'state',
  'redis.command_timeout': 'state',
} as const satisfies Record<SettingKey, 'http' | 'state' | 'temporal' | 'host'>;

export type ProofPlace = (typeof PROOFS)[SettingKey];

/** One proof for each setting of a place: none may be missing. */
export type ProofsOf<P extends ProofPlace> = {
  readonly [K in SettingKey as (typeof PROOFS)[K] extends P ? K : never]: () => Promise<void>;
};
