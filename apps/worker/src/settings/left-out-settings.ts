/**
 * Settings of the original engine that this one does not have, by the reason. They are warned of where somebody sets
 * them; every other name that is not known is an error.
 */
const REASONS: Readonly<Record<string, string>> = {
  'each part is chosen by its own settings': 'mode redis.mode temporal.mode',
  'files are the source of truth': `server.source_of_truth server.seed_from_repo_on_empty server.reconciler.queue_capacity
    server.reconciler.debounce_wait server.reconciler.debounce_max_wait`,
  'an API key travels in a header, so no origin needs credentials': 'server.cors.allow_credentials',
  'browsers keep for ten minutes what they were allowed': 'server.cors.max_age',
  'an answer may take as long as a run': 'server.timeout server.timeouts.http_write',
  'give the hash of such a key as server.auth.key_hashes': 'server.auth.admin_key',
  'an API key needs no such setting here': `server.auth.workflow_exceptions server.auth.api_key_last_used_max_concurrency
    server.auth.api_key_last_used_timeout`,
  'the worker brings schedules to Temporal by itself, and repeats it while Temporal is away': `
    server.timeouts.schedule_retry_max_duration server.timeouts.schedule_retry_base_delay
    server.timeouts.schedule_retry_max_delay server.timeouts.schedule_retry_max_attempts
    server.timeouts.schedule_retry_backoff_seconds`,
  'metrics are not in this version': `server.timeouts.monitoring_init server.timeouts.monitoring_shutdown monitoring.enabled
    monitoring.path`,
  'server.timeouts.server_shutdown and server.timeouts.worker_shutdown are the limits': 'server.timeouts.db_shutdown',
  'the host waits until the worker polls': 'server.timeouts.temporal_reachability server.timeouts.start_probe_delay',
  'knowledge bases are not in this version': `server.timeouts.knowledge_ingest knowledge.embedder_batch_size
    knowledge.chunk_size knowledge.chunk_overlap knowledge.retrieval_top_k knowledge.retrieval_min_score
    knowledge.max_markdown_file_size_bytes knowledge.vector_http_timeout`,
  'a store migrates itself on first use': 'database.auto_migrate database.migration_timeout',
  'the pool opens and closes connections as they are needed': 'database.max_idle_conns',
  'readiness asks the store each time': `database.ping_timeout database.health_check_timeout
    database.health_check_period`,
  '"compozy dev" starts a Temporal server': `temporal.standalone.database_file temporal.standalone.frontend_port
    temporal.standalone.bind_ip temporal.standalone.namespace temporal.standalone.cluster_name
    temporal.standalone.enable_ui temporal.standalone.require_ui temporal.standalone.ui_port
    temporal.standalone.log_level temporal.standalone.start_timeout`,
  'Redis is shared over one connection, and redis.command_timeout is the one limit': `redis.pool_size
    redis.min_idle_conns redis.max_idle_conns redis.notification_buffer_size redis.dial_timeout redis.read_timeout
    redis.write_timeout redis.pool_timeout redis.ping_timeout redis.max_retries redis.min_retry_backoff
    redis.max_retry_backoff`,
  'there is no Redis in the process; without one everything is in the store': `redis.standalone.persistence.enabled
    redis.standalone.persistence.data_dir redis.standalone.persistence.snapshot_interval
    redis.standalone.persistence.snapshot_on_shutdown redis.standalone.persistence.restore_on_startup`,
  'limits in Redis have the prefix of redis.prefix, and each process counts alone while Redis is away':
    'ratelimit.prefix ratelimit.max_retry',
  'Temporal keeps it': `worker.config_store_ttl worker.dispatcher_retry_delay worker.dispatcher_max_retries
    worker.start_workflow_timeout tasks.retry.child_state.max_attempts tasks.retry.child_state.base_backoff
    tasks.wait.siblings.poll_interval tasks.wait.siblings.timeout`,
  'say it in "config" of the project, a workflow or a task': `worker.activity_start_to_close_timeout
    worker.activity_heartbeat_timeout worker.activity_max_retries worker.error_handler_timeout
    worker.error_handler_max_retries runtime.task_execution_timeout_default runtime.task_execution_timeout_max`,
  'runtime.dispatcher_heartbeat_ttl says when a dispatcher is dead': `worker.heartbeat_cleanup_timeout
    worker.dispatcher.heartbeat_ttl worker.dispatcher.stale_threshold runtime.dispatcher_stale_threshold`,
  'it belongs to the MCP proxy, which is not in this version': `worker.mcp_shutdown_timeout
    worker.mcp_proxy_health_check_timeout mcp_proxy.mode mcp_proxy.host mcp_proxy.port mcp_proxy.base_url
    mcp_proxy.shutdown_timeout mcp_proxy.idle_conn_timeout mcp_proxy.max_idle_conns mcp_proxy.max_idle_conns_per_host
    mcp_proxy.max_conns_per_host llm.proxy_url llm.mcp_readiness_timeout llm.mcp_readiness_poll_interval
    llm.mcp_header_template_strict llm.allowed_mcp_names llm.denied_mcp_names llm.fail_on_mcp_registration_error
    llm.register_mcps llm.mcp_client_timeout`,
  'it belongs to agents, which are not in this version': `llm.retry_jitter_percent llm.provider_timeout
    llm.retry_attempts llm.retry_backoff_base llm.retry_backoff_max llm.retry_jitter llm.max_concurrent_tools
    llm.max_tool_iterations llm.max_sequential_tool_errors llm.rate_limiting.enabled
    llm.rate_limiting.default_concurrency llm.rate_limiting.default_queue_size
    llm.rate_limiting.default_requests_per_minute llm.rate_limiting.default_tokens_per_minute
    llm.rate_limiting.default_request_burst llm.rate_limiting.default_token_burst
    llm.rate_limiting.per_provider_limits llm.max_consecutive_successes llm.enable_progress_tracking
    llm.no_progress_threshold llm.enable_dynamic_prompt_state llm.tool_call_caps.default llm.tool_call_caps.overrides
    llm.finalize_output_retries llm.structured_output_retries llm.enable_loop_restarts llm.restart_stall_threshold
    llm.max_loop_restarts llm.enable_context_compaction llm.context_compaction_threshold
    llm.context_compaction_cooldown llm.context_warning_thresholds llm.usage_metrics.persist_buckets
    llm.default_top_p llm.default_frequency_penalty llm.default_presence_penalty llm.default_seed
    attachments.max_download_size_bytes attachments.download_timeout attachments.max_redirects
    attachments.allowed_mime_types.image attachments.allowed_mime_types.audio attachments.allowed_mime_types.video
    attachments.allowed_mime_types.pdf attachments.temp_dir_quota_bytes attachments.text_part_max_bytes
    attachments.pdf_extract_max_chars attachments.http_user_agent attachments.mime_head_max_bytes
    attachments.ssrf_strict runtime.async_token_counter_workers runtime.async_token_counter_buffer_size`,
  'tools of the project are the only ones in this version': 'runtime.native_tools',
  '"runtime.permissions" holds for both kinds of runtime': 'runtime.bun_permissions',
  'nothing depends on it': 'runtime.environment',
  'each memory has limits of its own': 'memory.prefix memory.ttl memory.max_entries limits.max_message_content',
  'the limits of the engine are fixed': `limits.max_nesting_depth limits.max_config_file_nesting_depth
    limits.max_task_context_depth limits.max_string_length limits.max_config_file_size limits.max_total_content_size
    limits.parent_update_batch_size`,
  'redis.cache_ttl and redis.prefix are the settings of the cache': `cache.enabled cache.ttl cache.prefix
    cache.eviction_policy cache.max_item_size cache.stats_interval cache.key_scan_count cache.compression_enabled
    cache.compression_threshold`,
  'say it at the webhook itself': 'webhooks.default_method webhooks.default_dedupe_ttl webhooks.stripe_skew',
  'server.max_body_bytes holds for webhooks too': 'webhooks.default_max_body',
  'streams are fed by Temporal': `tasks.stream.max_chunks stream.agent.default_poll stream.agent.min_poll
    stream.agent.max_poll stream.agent.heartbeat_frequency stream.agent.replay_limit stream.task.default_poll
    stream.task.min_poll stream.task.max_poll stream.task.heartbeat_frequency stream.task.redis_channel_prefix
    stream.task.redis_log_prefix stream.task.redis_seq_prefix stream.task.redis_max_entries stream.task.redis_ttl
    stream.task.replay_limit stream.llm.fallback_segment_limit stream.task.text.max_segment_runes
    stream.task.text.publish_timeout stream.workflow.default_poll stream.workflow.min_poll stream.workflow.max_poll
    stream.workflow.heartbeat_frequency stream.workflow.query_timeout`,
  'it belongs to the command line, which takes options and variables of its own': `cli.api_key cli.base_url
    cli.server_url cli.timeout cli.max_retries cli.mode cli.default_format cli.color_mode cli.page_size
    cli.output_format_alias cli.no_color cli.debug cli.quiet cli.interactive cli.config_file cli.cwd cli.env_file
    cli.port_release_timeout cli.port_release_poll_interval cli.file_watch_interval cli.dev.watcher_debounce
    cli.dev.watcher_retry_initial cli.dev.watcher_retry_max cli.users.active_window_days`,
};

/** The reason for each of them. */
export const LEFT_OUT_SETTINGS: ReadonlyMap<string, string> = new Map(
  Object.entries(REASONS).flatMap(([reason, keys]) =>
    keys
      .trim()
      .split(/\s+/)
      .map((key) => [key, reason] as const),
  ),
);

/** Variables of the original for some of them, where they are not the key in capitals. */
const VARIABLES: Readonly<Record<string, string>> = {
  mode: 'COMPOZY_MODE',
  'database.auto_migrate': 'DB_AUTO_MIGRATE',
  'database.migration_timeout': 'DB_MIGRATION_TIMEOUT',
  'database.max_idle_conns': 'DB_MAX_IDLE_CONNS',
  'database.ping_timeout': 'DB_PING_TIMEOUT',
  'database.health_check_timeout': 'DB_HEALTH_CHECK_TIMEOUT',
  'database.health_check_period': 'DB_HEALTH_CHECK_PERIOD',
  'runtime.task_execution_timeout_default': 'TASK_EXECUTION_TIMEOUT_DEFAULT',
  'runtime.task_execution_timeout_max': 'TASK_EXECUTION_TIMEOUT_MAX',
  'llm.proxy_url': 'MCP_PROXY_URL',
  'llm.mcp_readiness_timeout': 'MCP_READINESS_TIMEOUT',
  'llm.mcp_client_timeout': 'MCP_CLIENT_TIMEOUT',
};

/** The keys by their variables. Those of the command line are its own, and not looked at. */
export const LEFT_OUT_VARIABLES: ReadonlyMap<string, string> = new Map(
  [...LEFT_OUT_SETTINGS.keys()]
    .filter((key) => !key.startsWith('cli.'))
    .map((key) => [VARIABLES[key] ?? key.toUpperCase().replaceAll('.', '_'), key] as const),
);
