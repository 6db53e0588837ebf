import { CompozyError } from '../errors/compozy-error.js';
import type { Json, JsonObject } from '../model/json.js';

/** Every kind of problem that the loader reports. Closed: a code that is not here does not compile. */
export const DIAGNOSTIC_CODES = {
  'file.missing': 'A file that is needed or named does not exist',
  'file.unreadable': 'The file cannot be read',
  'file.not-a-file': 'The path is a folder or something else that is no file',
  'file.too-large': 'The file is larger than 10 MiB',
  'file.not-text': 'The file is not UTF-8 text',
  'file.outside': 'The file lies outside of the project',
  'file.pattern': 'A pattern of autoload that leads out of the project, or patterns that match nothing',
  'file.skipped': 'A file that autoload leaves out because of its mistakes',
  'file.empty': 'The file holds nothing',
  'yaml.syntax': 'The text is not YAML',
  'yaml.tab': 'A tab stands where YAML wants spaces',
  'yaml.too-deep': 'More than 100 levels of nesting',
  'yaml.alias': 'An alias that is unknown, holds itself or multiplies too much',
  'yaml.documents': 'More than one YAML document in a file',
  'yaml.root': 'The file is not a mapping',
  'yaml.value': 'A key or value that JSON cannot hold',
  'yaml.unquoted-template': 'A template without quotes around it',
  'env.syntax': 'A line of the .env file that cannot be read',
  'env.unset': 'A name of public_env, or of the secret of a webhook, without a value',
  'env.secret': 'A secret is used where its value would become part of the history',
  'env.unknown': 'A name that neither the .env file nor an env block has',
  'key.unknown': 'A key that means nothing here',
  'key.ignored': 'A key that is accepted and has no effect here',
  'key.duplicate': 'The same key twice in one mapping',
  'key.directive': '$-directives are not supported',
  'value.missing': 'A value that is needed',
  'value.type': 'A value of the wrong type',
  'value.enum': 'A value that is none of the allowed ones',
  'value.range': 'A number or length outside of its limits',
  'value.duration': 'A text that is no duration',
  'value.cron': 'A text that is no cron expression',
  'value.timezone': 'A time zone that does not exist',
  'value.time': 'A text that is no RFC 3339 time',
  'value.input': 'An input that does not match the input schema of its workflow',
  'value.conflict': 'Values that exclude each other',
  'id.invalid': 'An id with characters that are not allowed',
  'id.reserved': 'An id that the engine keeps for itself',
  'id.duplicate': 'The same id twice',
  'schema.invalid': 'A schema that is not JSON Schema 2020-12',
  'reference.unknown-tool': 'A tool that is defined nowhere',
  'reference.unknown-memory': 'A memory that is defined nowhere',
  'reference.unknown-task': 'A task that does not exist',
  'reference.unknown-schema': 'A schema id that is defined nowhere',
  'reference.unknown-input': 'A field that the input schema excludes',
  'reference.unknown-output': 'A field that the output of a task does not have',
  'reference.not-before': 'A task that cannot have run before',
  'tool.broken': 'An entrypoint that cannot be loaded',
  'tool.not-exported': 'A tool that the entrypoint does not export',
  'template.syntax': 'A template that cannot be parsed',
  'template.not-evaluated': 'A template where none is evaluated',
  'template.unknown-function': 'A function that templates do not have',
  'template.unknown-variable': 'A variable that does not exist there',
  'template.nested-view': 'The nested view of a container, which the original had',
  'condition.syntax': 'A condition that cannot be parsed',
  'flow.unreachable': 'A task that no other task leads to',
  'flow.endless': 'Tasks that lead to each other without a way out',
  'feature.unsupported': 'Part of the language that this version does not run yet',
} as const;

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES;

/** One problem in the user's files. Line and column count from 1, in UTF-16 code units. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: DiagnosticCode;
  readonly message: string;
  /** Relative to the project, with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly expected?: string;
  readonly suggestion?: string;
}

/** Thrown by `loadProject`: every error and warning of every file. */
export class DiagnosticsError extends CompozyError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    const files = new Set(errors.map(({ file }) => file));
    const count = errors.length === 1 ? '1 problem' : `${errors.length} problems`;
    const first = errors[0] === undefined ? '' : `: ${formatDiagnostic(errors[0])}`;
    super('Config.Invalid', `The project has ${count} in ${files.size} file(s)${first}`, {
      details: { diagnostics: diagnostics.map((diagnostic) => toJson(diagnostic)) },
    });
    this.name = 'DiagnosticsError';
    this.diagnostics = diagnostics;
  }
}

function toJson(diagnostic: Diagnostic): JsonObject {
  return { ...diagnostic } as unknown as Record<string, Json>;
}

/** `file:line:column: error key.unknown: message (did you mean "x"?)` */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, code, message, suggestion } = diagnostic;
  const hint = suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`;
  return `${file}:${line}:${column}: ${severity} ${code}: ${message}${hint}`;
}

/** One line for each. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n');
}
