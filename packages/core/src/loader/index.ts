export {
  checkProject,
  loadProject,
  type LoadOptions,
  type Project,
  type ProjectCheck,
  type RuntimeSettings,
  type SettingsFile,
} from './load-project.js';
export {
  DIAGNOSTIC_CODES,
  DiagnosticsError,
  formatDiagnostic,
  formatDiagnostics,
  type Diagnostic,
  type DiagnosticCode,
} from '../schema/diagnostics.js';
