export { startDevServer, type DevServer } from './start-dev-server.js';
export type { DevServerOptions } from './dev-server-options.js';
export type { ServerOrigin } from './find-temporal.js';
