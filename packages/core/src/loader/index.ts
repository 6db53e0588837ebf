export {
  checkProject,
  loadProject,
  type EntrypointProblem,
  type EntrypointReport,
  type InspectEntrypoint,
  type LoadOptions,
  type ProjectCheck,
  type SettingsFile,
} from './load-project.js';
export type { Project, RuntimeSettings } from './project.js';
export { createProjectHost, type ProjectHost } from './project-host.js';
export {
  createResourceRegistry,
  type ResourceDefinition,
  type ResourceList,
  type ResourceRegistry,
} from './resource-registry.js';
export {
  DIAGNOSTIC_CODES,
  DiagnosticsError,
  formatDiagnostic,
  formatDiagnostics,
  type Diagnostic,
  type DiagnosticCode,
} from '../schema/diagnostics.js';
