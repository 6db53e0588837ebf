import { optional, required } from '../setting.js';
import { duration, flag, oneOf, port, text, textLike, wholeNumber } from '../setting-type.js';

const postgresUrl = textLike(/^postgres(ql)?:\/\//, 'postgres://user:password@host:port/database');
const redisUrl = textLike(/^rediss?:\/\//, 'redis://[:password@]host:port[/database], or rediss:// for TLS');

/** What is kept beside Temporal. */
export const stateSettings = {
  'database.driver': optional({
    type: oneOf('sqlite', 'postgres'),
    env: ['DB_DRIVER'],
    flag: 'db-driver',
    defaultText: '`postgres` when a connection string or a host is given, else `sqlite`',
    about: 'Where runs, events, keys, memories and large values are kept; `sqlite` is for one host',
  }),
  'database.path': required({
    type: text,
    isPath: true,
    env: ['DB_PATH'],
    flag: 'db-path',
    default: '.compozy/state.db',
    about: 'File of SQLite, from the folder of the project; `:memory:` for a store that ends with the process',
  }),
  'database.busy_timeout': required({
    type: duration(),
    env: ['DB_BUSY_TIMEOUT'],
    default: 10_000,
    about: 'How long SQLite waits for another process that writes',
  }),
  'database.conn_string': optional({
    type: postgresUrl,
    env: ['DB_CONN_STRING', 'DATABASE_URL'],
    flag: 'db-conn-string',
    secret: true,
    about: 'PostgreSQL; wins over host, port, user, password, name and SSL mode',
  }),
  'database.host': required({
    type: text,
    env: ['DB_HOST'],
    flag: 'db-host',
    default: 'localhost',
    about: 'Host of PostgreSQL',
  }),
  'database.port': required({
    type: port,
    env: ['DB_PORT'],
    flag: 'db-port',
    default: 5432,
    about: 'Port of PostgreSQL',
  }),
  'database.user': required({
    type: text,
    env: ['DB_USER'],
    flag: 'db-user',
    default: 'postgres',
    about: 'User of PostgreSQL',
  }),
  'database.password': optional({
    type: text,
    env: ['DB_PASSWORD'],
    secret: true,
    about: 'Password of that user',
  }),
  'database.name': required({
    type: text,
    env: ['DB_NAME'],
    flag: 'db-name',
    default: 'compozy',
    about: 'Database in PostgreSQL',
  }),
  'database.ssl_mode': required({
    type: oneOf('disable', 'prefer', 'require', 'verify-ca', 'verify-full'),
    env: ['DB_SSL_MODE'],
    flag: 'db-ssl-mode',
    default: 'disable',
    about: 'TLS to PostgreSQL, as `sslmode` of libpq',
  }),
  'database.max_open_conns': required({
    type: wholeNumber(1),
    env: ['DB_MAX_OPEN_CONNS'],
    default: 10,
    about: 'Connections to PostgreSQL at most',
  }),
  'database.conn_max_lifetime': required({
    type: duration(),
    env: ['DB_CONN_MAX_LIFETIME'],
    default: 0,
    about: 'How old a connection to PostgreSQL may become, in whole seconds; 0 is no limit',
  }),
  'database.conn_max_idle_time': required({
    type: duration(),
    env: ['DB_CONN_MAX_IDLE_TIME'],
    default: 10_000,
    about: 'How long an unused connection to PostgreSQL is kept; 0 is no limit',
  }),
  'database.connect_timeout': required({
    type: duration(1),
    env: ['DB_CONNECT_TIMEOUT'],
    default: 5_000,
    about: 'How long connecting to PostgreSQL may take',
  }),
  'database.retention': required({
    type: duration(),
    env: ['DB_RETENTION'],
    default: 2_592_000_000,
    about: 'How long executions that ended, events, dead letters and their large values are kept; 0 is for ever',
  }),
  'redis.url': optional({
    type: redisUrl,
    env: ['REDIS_URL'],
    secret: true,
    about: 'Redis; wins over host, port, password, database and TLS',
  }),
  'redis.host': optional({
    type: text,
    env: ['REDIS_HOST'],
    about: 'Host of Redis. Without it and without a URL there is no Redis, and everything works on one host',
  }),
  'redis.port': required({ type: port, env: ['REDIS_PORT'], default: 6379, about: 'Port of Redis' }),
  'redis.password': optional({ type: text, env: ['REDIS_PASSWORD'], secret: true, about: 'Password of Redis' }),
  'redis.db': required({
    type: wholeNumber(0),
    env: ['REDIS_DB'],
    default: 0,
    about: 'Number of the database in Redis',
  }),
  'redis.tls_enabled': required({
    type: flag,
    env: ['REDIS_TLS_ENABLED'],
    default: false,
    about: 'Whether the connection to Redis is encrypted',
  }),
  'redis.prefix': required({
    type: text,
    env: ['REDIS_PREFIX'],
    default: 'compozy:',
    about: 'Of the keys; hosts with other stores on one Redis need different ones',
  }),
  'redis.cache_ttl': required({
    type: duration(1),
    env: ['REDIS_CACHE_TTL'],
    default: 5_000,
    about: 'How long a copy in Redis may be used',
  }),
  'redis.command_timeout': required({
    type: duration(1),
    env: ['REDIS_COMMAND_TIMEOUT'],
    default: 250,
    about: 'How long Redis may take before the store is asked instead',
  }),
} as const;
