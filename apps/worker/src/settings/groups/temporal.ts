import { optional, required } from '../setting.js';
import { flag, text, textLike } from '../setting-type.js';

const address = textLike(/^[^\s/]+:\d{1,5}$/, 'host:port');

export const temporalSettings = {
  'temporal.host_port': required({
    type: address,
    env: ['TEMPORAL_HOST_PORT', 'TEMPORAL_ADDRESS'],
    flag: 'temporal-host',
    default: '127.0.0.1:7233',
    about: 'Where Temporal is',
  }),
  'temporal.namespace': required({
    type: text,
    env: ['TEMPORAL_NAMESPACE'],
    flag: 'temporal-namespace',
    default: 'default',
    about: 'Namespace of Temporal',
  }),
  'temporal.adopt_namespace': optional({
    type: text,
    env: ['TEMPORAL_ADOPT_NAMESPACE'],
    about: 'Id of the namespace that the rows of a shared database belong to from now on',
  }),
  'temporal.task_queue': optional({
    type: text,
    env: ['TEMPORAL_TASK_QUEUE'],
    flag: 'temporal-task-queue',
    defaultText: '`compozy-<project>`',
    about: 'Task queue; the same on every host, so that another worker can take over',
  }),
  'temporal.profile': optional({
    type: text,
    env: ['TEMPORAL_PROFILE'],
    flag: 'temporal-profile',
    defaultText: 'none, or `default` with a file',
    about: 'Profile of a Temporal configuration file; it wins over `compozy.yaml`',
  }),
  'temporal.config_file': optional({
    type: text,
    isPath: true,
    env: ['TEMPORAL_CONFIG_FILE'],
    flag: 'temporal-config-file',
    defaultText: 'where the `temporal` command has it, with a profile',
    about: 'Temporal configuration file (TOML) with profiles',
  }),
  'temporal.api_key': optional({
    type: text,
    env: ['TEMPORAL_API_KEY'],
    secret: true,
    about: 'API key of Temporal; switches TLS on',
  }),
  'temporal.tls.enabled': optional({
    type: flag,
    env: ['TEMPORAL_TLS'],
    flag: 'temporal-tls',
    defaultText: 'true when a key, a certificate or a server name is given',
    about: 'Whether the connection to Temporal is encrypted',
  }),
  'temporal.tls.server_name': optional({
    type: text,
    env: ['TEMPORAL_TLS_SERVER_NAME'],
    defaultText: 'the host of the address',
    about: 'Name that the certificate of the server has to be for',
  }),
  'temporal.tls.server_ca_cert_path': optional({
    type: text,
    isPath: true,
    env: ['TEMPORAL_TLS_SERVER_CA_CERT_PATH'],
    about: 'PEM file with the CA of the server, instead of those of the system',
  }),
  'temporal.tls.server_ca_cert_data': optional({
    type: text,
    env: ['TEMPORAL_TLS_SERVER_CA_CERT_DATA'],
    about: 'The same as a text',
  }),
  'temporal.tls.client_cert_path': optional({
    type: text,
    isPath: true,
    env: ['TEMPORAL_TLS_CLIENT_CERT_PATH'],
    about: 'PEM file with the certificate of this client (mTLS)',
  }),
  'temporal.tls.client_cert_data': optional({
    type: text,
    env: ['TEMPORAL_TLS_CLIENT_CERT_DATA'],
    about: 'The same as a text',
  }),
  'temporal.tls.client_key_path': optional({
    type: text,
    isPath: true,
    env: ['TEMPORAL_TLS_CLIENT_KEY_PATH'],
    about: 'PEM file with the key of that certificate',
  }),
  'temporal.tls.client_key_data': optional({
    type: text,
    env: ['TEMPORAL_TLS_CLIENT_KEY_DATA'],
    secret: true,
    about: 'The same as a text',
  }),
} as const;
