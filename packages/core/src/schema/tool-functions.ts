import type { Reporter } from './reporter.js';
import { expectedIds } from './schema-table.js';
import type { Path, SourceDocument } from './source-document.js';
import { suggest } from './suggest.js';

/** What is known of the functions behind the tools of a project. */
export interface KnownFunctions {
  readonly hasEntrypoint: boolean;
  /** What the entrypoint exports; `undefined` when that cannot be told. */
  readonly entrypointTools: readonly string[] | undefined;
  /** What the host brings beside it; `undefined` when nobody says what that is. */
  readonly hostTools: readonly string[] | undefined;
}

export interface ToolFunctions {
  /** Those that are known. */
  readonly ids: readonly string[];
  /** Whether an id that is described nowhere may be a tool. */
  mayHave(id: string): boolean;
  /** Reports a described tool that a task calls, when it is certain that nobody has its function. */
  checkCalled(document: SourceDocument, path: Path, id: string, reporter: Reporter): void;
  /** Warns of a described tool that the entrypoint does not export, unless its calls were reported. */
  checkDescribed(document: SourceDocument, path: Path, id: string, reporter: Reporter): void;
}

export function createToolFunctions({ hasEntrypoint, entrypointTools, hostTools }: KnownFunctions): ToolFunctions {
  const ids = [...new Set([...(entrypointTools ?? []), ...(hostTools ?? [])])];
  const called = new Set<string>();
  const lacks = (id: string) => entrypointTools !== undefined && !ids.includes(id);
  const described = (id: string) => ({
    message: `The entrypoint exports no tool "${id}"`,
    hints: { expected: expectedIds(ids), suggestion: suggest(id, ids) },
  });
  return {
    ids,
    mayHave: (id) => ids.includes(id) || (hasEntrypoint && entrypointTools === undefined),
    checkCalled(document, path, id, reporter) {
      if (hostTools === undefined || !lacks(id)) return;
      called.add(id);
      const { message, hints } = described(id);
      reporter.report(document, 'tool.not-exported', message, { path, ...hints });
    },
    checkDescribed(document, path, id, reporter) {
      if (called.has(id) || !lacks(id)) return;
      const { message, hints } = described(id);
      reporter.report(document, 'tool.not-exported', message, { path, severity: 'warning', ...hints });
    },
  };
}
