import type { Diagnostic, DiagnosticCode } from './diagnostics.js';
import { START, type Path, type Place, type SourceDocument } from './source-document.js';

export interface ReportOptions {
  /** Where in the document; its start by default. */
  readonly path?: Path;
  /** Which part of `path` is meant; the value by default. */
  readonly at?: 'key' | 'value' | Place;
  readonly severity?: 'error' | 'warning';
  readonly expected?: string;
  readonly suggestion?: string | undefined;
}

export type ReportTarget = SourceDocument | { readonly file: string };

/** Collects the problems of all files; a problem that is found twice counts once. */
export interface Reporter {
  report(target: ReportTarget, code: DiagnosticCode, message: string, options?: ReportOptions): void;
  /** Says that `file` comes next in the order of files. */
  open(file: string): void;
  /** By file in the order in which they were opened, then by place. */
  diagnostics(): readonly Diagnostic[];
  readonly errors: number;
}

export function createReporter(): Reporter {
  const found = new Map<string, Diagnostic>();
  const files: string[] = [];
  let errors = 0;
  const open = (file: string): void => {
    if (!files.includes(file)) files.push(file);
  };
  return {
    open,
    get errors() {
      return errors;
    },
    report(target, code, message, { path = [], at = 'value', severity = 'error', expected, suggestion } = {}) {
      const { line, column } = typeof at === 'object' ? at : placeOf(target, path, at);
      const key = `${target.file}:${line}:${column}:${code}:${message}`;
      if (found.has(key)) return;
      open(target.file);
      if (severity === 'error') errors += 1;
      found.set(key, {
        severity,
        code,
        message,
        file: target.file,
        line,
        column,
        ...(expected === undefined ? {} : { expected }),
        ...(suggestion === undefined ? {} : { suggestion }),
      });
    },
    diagnostics: () =>
      [...found.values()].toSorted(
        (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
      ),
  };
}

function placeOf(target: ReportTarget, path: Path, at: 'key' | 'value'): Place {
  if (!('value' in target)) return START;
  return at === 'key' ? target.keyPlace(path) : target.valuePlace(path);
}
