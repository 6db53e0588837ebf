import { optional, required } from '../setting.js';
import { duration, oneOf, text, wholeNumber } from '../setting-type.js';

/** One slot alone would be kept for workflows that are known already, and no new one would ever start. */
const noneOrSeveral = {
  ...wholeNumber(0),
  schema: wholeNumber(0).schema.refine((value) => value !== 1),
  expected: '0, or a whole number of at least 2',
};

export const workerSettings = {
  project_dir: required({
    type: text,
    env: ['COMPOZY_PROJECT_DIR'],
    flag: 'project-dir',
    default: '.',
    outsideYaml: true,
    about: 'Folder of `compozy.yaml`',
  }),
  'worker.max_concurrent_activity_execution_size': required({
    type: wholeNumber(0),
    env: ['WORKER_MAX_CONCURRENT_ACTIVITIES'],
    default: 0,
    about: 'Activities that run at once; 0 is 100',
  }),
  'worker.max_concurrent_workflow_execution_size': required({
    type: noneOrSeveral,
    env: ['WORKER_MAX_CONCURRENT_WORKFLOWS'],
    default: 0,
    about: 'Workflow tasks that are worked on at once; 0 is what Temporal’s SDK takes',
  }),
  'worker.max_concurrent_local_activity_execution_size': required({
    type: wholeNumber(0),
    env: ['WORKER_MAX_CONCURRENT_LOCAL_ACTIVITIES'],
    default: 0,
    about: 'Local activities that run at once; 0 is what Temporal’s SDK takes',
  }),
  'worker.deployment_name': optional({
    type: text,
    env: ['TEMPORAL_DEPLOYMENT_NAME'],
    about: 'Name of the Worker Deployment that a `compozy-worker` is part of, with `worker.build_id`',
  }),
  'worker.build_id': optional({
    type: text,
    env: ['TEMPORAL_WORKER_BUILD_ID'],
    about: 'Its build; runs stay with the build that they began on',
  }),
  'runtime.tool_execution_timeout': required({
    type: duration(),
    env: ['TOOL_EXECUTION_TIMEOUT'],
    flag: 'tool-execution-timeout',
    default: 60_000,
    about: 'Time limit of tools that set none; 0 is the default',
  }),
  'runtime.dispatcher_heartbeat_interval': required({
    type: duration(100),
    env: ['RUNTIME_DISPATCHER_HEARTBEAT_INTERVAL'],
    flag: 'dispatcher-heartbeat-interval',
    default: 10_000,
    about: 'How often a worker says that its dispatcher lives, and looks for those of dead workers',
  }),
  'runtime.dispatcher_heartbeat_ttl': required({
    type: duration(1_000),
    env: ['RUNTIME_DISPATCHER_HEARTBEAT_TTL'],
    flag: 'dispatcher-heartbeat-ttl',
    default: 30_000,
    about: 'After this time without such a sign, another worker retires the dispatcher; above the interval',
  }),
  'runtime.log_level': required({
    type: oneOf('debug', 'info', 'warn', 'error'),
    env: ['RUNTIME_LOG_LEVEL'],
    flag: 'log-level',
    default: 'info',
    about: 'Lines below this level are not written',
  }),
} as const;
