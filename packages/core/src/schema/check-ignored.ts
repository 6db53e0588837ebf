import type { Reporter } from './reporter.js';
import { valueAt, type Path, type SourceDocument } from './source-document.js';

/** Warns of what the original accepted at `config` and this engine decides by itself. */
export function checkIgnoredOptions(document: SourceDocument, path: Path, reporter: Reporter): void {
  const reasons = {
    on_error: 'give "on_error" to the tasks themselves',
    heartbeat_timeout: 'activities beat by themselves, and a lost worker is noticed within 10 s',
  };
  for (const [key, reason] of Object.entries(reasons)) warnIgnored(document, [...path, key], reason, reporter);
}

/** Warns of a `with` that nothing receives. */
export function checkIgnoredWith(document: SourceDocument, path: Path, reporter: Reporter): void {
  for (const key of ['on_success', 'on_error']) {
    const at = [...path, key];
    if (valueAt(document.value, [...at, 'next']) !== undefined) continue;
    warnIgnored(document, [...at, 'with'], 'there is no "next" that could receive it', reporter);
  }
}

function warnIgnored(document: SourceDocument, path: Path, reason: string, reporter: Reporter): void {
  const value = valueAt(document.value, path);
  if (value === undefined || value === null) return;
  const message = `"${String(path.at(-1))}" has no effect here: ${reason}`;
  reporter.report(document, 'key.ignored', message, { path, at: 'key', severity: 'warning' });
}
