import type { WorkerOptions } from '../worker-options.js';
import type { ApiDependencies, RateLimitOptions } from '../http/api-dependencies.js';
import type { ServerOptions } from '../http/start-server.js';
import type { SettingValues } from './settings.js';

/** What the settings say to `createWorker`. */
export function toWorkerOptions(values: SettingValues): Pick<WorkerOptions, 'config'> {
  const activities = values['worker.max_concurrent_activity_execution_size'];
  const workflowTasks = values['worker.max_concurrent_workflow_execution_size'];
  const localActivities = values['worker.max_concurrent_local_activity_execution_size'];
  const retentionMs = values['database.retention'];
  const adoptNamespace = values['temporal.adopt_namespace'];
  const toolTimeoutMs = values['runtime.tool_execution_timeout'];
  return {
    config: {
      ...(retentionMs === 0 ? {} : { retentionMs }),
      ...(toolTimeoutMs === 0 ? {} : { toolExecutionTimeoutMs: toolTimeoutMs }),
      ...(activities === 0 ? {} : { maxConcurrentActivities: activities }),
      ...(workflowTasks === 0 ? {} : { maxConcurrentWorkflowTasks: workflowTasks }),
      ...(localActivities === 0 ? {} : { maxConcurrentLocalActivities: localActivities }),
      ...(adoptNamespace === undefined ? {} : { adoptNamespace }),
      heartbeatIntervalMs: values['runtime.dispatcher_heartbeat_interval'],
      heartbeatTtlMs: values['runtime.dispatcher_heartbeat_ttl'],
      shutdownGraceMs: values['server.timeouts.worker_shutdown'],
    },
  };
}

/** Worker versioning, where the settings say which build this is. For programs that stay; `compozy run` has no builds. */
export function toVersioning(values: SettingValues): Pick<WorkerOptions, 'versioning'> {
  const deploymentName = values['worker.deployment_name'];
  const buildId = values['worker.build_id'];
  return deploymentName === undefined || buildId === undefined ? {} : { versioning: { deploymentName, buildId } };
}

/** What the settings say to `startServer`. */
export function toServerOptions(
  values: SettingValues,
): Pick<ServerOptions, 'host' | 'port' | 'healthPort' | 'drainDelayMs' | 'timeouts'> {
  return {
    // Without keys, nobody but this machine is let in unless somebody says so.
    host: values['server.host'] ?? (values['server.auth.enabled'] ? '0.0.0.0' : '127.0.0.1'),
    port: values['server.port'],
    healthPort: values['server.health_port'],
    drainDelayMs: values['server.timeouts.drain_delay'],
    timeouts: {
      headersMs: values['server.timeouts.http_read_header'],
      requestMs: values['server.timeouts.http_read'],
      idleMs: values['server.timeouts.http_idle'],
    },
  };
}

/** What the settings say to the API, beside its keys. */
export function toApiOptions(
  values: SettingValues,
): Pick<
  ApiDependencies,
  | 'maxBodyBytes'
  | 'maxBacklog'
  | 'maxStreams'
  | 'rateLimit'
  | 'addressRateLimit'
  | 'wrongKeys'
  | 'trustedProxies'
  | 'corsOrigins'
> {
  const rateLimit = toRateLimit(values['ratelimit.api_key_rate.limit'], values['ratelimit.api_key_rate.period']);
  const byAddress = toRateLimit(values['ratelimit.global_rate.limit'], values['ratelimit.global_rate.period']);
  const maxBacklog = values['server.max_backlog'];
  const wrongKeys = values['server.auth.wrong_keys_per_minute'];
  return {
    maxBodyBytes: values['server.max_body_bytes'],
    maxStreams: values['server.max_streams'],
    ...(maxBacklog === 0 ? {} : { maxBacklog }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    addressRateLimit: byAddress ?? 'none',
    wrongKeys: { perMinute: wrongKeys, burst: wrongKeys },
    trustedProxies: values['server.trusted_proxies'],
    ...(values['server.cors_enabled'] ? { corsOrigins: values['server.cors.allowed_origins'] } : {}),
  };
}

function toRateLimit(limit: number, periodMs: number): RateLimitOptions | undefined {
  return limit === 0 ? undefined : { burst: limit, perMinute: (limit * 60_000) / periodMs };
}
