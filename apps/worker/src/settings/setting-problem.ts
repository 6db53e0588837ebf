import { CompozyError, type Json } from '@compozy/core';
import type { Diagnostic, DiagnosticCode } from '@compozy/core/loader';

/** One problem of a project or of its settings. */
export interface SettingProblem {
  readonly severity: 'error' | 'warning';
  readonly code: DiagnosticCode;
  readonly message: string;
  /** `compozy.yaml:3:9`, or where else the value comes from: `environment`, `.env`, `flags`. */
  readonly place: string;
  readonly expected?: string;
  readonly suggestion?: string;
}

/** The problem of a file. */
export function toSettingProblem(diagnostic: Diagnostic): SettingProblem {
  const { file, line, column, ...rest } = diagnostic;
  return { ...rest, place: `${file}:${line}:${column}` };
}

/** `environment: error value.range: SERVER_PORT must be …`, one line for each. */
export function formatSettingProblems(problems: readonly SettingProblem[]): string {
  return problems.map((problem) => formatProblem(problem)).join('\n');
}

function formatProblem({ place, severity, code, message, suggestion }: SettingProblem): string {
  const hint = suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`;
  return `${place}: ${severity} ${code}: ${message}${hint}`;
}

/** Thrown by `resolveSettings`: every problem of the project and of its settings. */
export class SettingsError extends CompozyError {
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    const count = errors.length === 1 ? '1 problem' : `${errors.length} problems`;
    const first = errors[0] === undefined ? '' : `: ${formatProblem(errors[0])}`;
    super('Config.Invalid', `The project and its settings have ${count}${first}`, {
      details: { problems: problems.map((problem) => ({ ...problem }) as unknown as Json) },
    });
    this.name = 'SettingsError';
    this.problems = problems;
  }
}
