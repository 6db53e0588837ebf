export { startDevServer, type DevServer } from './start-dev-server.js';
export type { DevServerOptions, SearchAttributeType } from './dev-server-options.js';
export type { ServerOrigin } from './find-temporal.js';
