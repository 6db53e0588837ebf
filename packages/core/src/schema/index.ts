export { canonicalJson } from './canonical-json.js';
export { checkRunStart, findPlan, type RunStartCheck } from './check-run-start.js';
export { describeKind } from './check-document.js';
export { checkSchema } from './check-schema.js';
export { checkToolInput, checkToolOutput, type CheckedToolCall } from './check-tool-call.js';
export { createSchemaValidator, type SchemaProblem, type SchemaResult, type SchemaValidator } from './json-schema.js';
export { deriveExecId, encodeExecId } from './derive-exec-id.js';
export { eventExecId, routeEvent, type EventRoutes, type EventRun, type RoutedEvent } from './route-event.js';
export { jsonSchemas, type EditorSchemas } from './editor-schemas.js';
export { parseCron, type CronCalendar, type CronRange, type CronTimes } from './parse-cron.js';
export { DURATION_FORMS, parseDuration } from '../tasks/parse-duration.js';
export { findRepeatedKey, type RepeatedKey } from './repeated-key.js';
export { suggest } from './suggest.js';
export {
  DIAGNOSTIC_CODES,
  DiagnosticsError,
  formatDiagnostic,
  formatDiagnostics,
  type Diagnostic,
  type DiagnosticCode,
} from './diagnostics.js';
