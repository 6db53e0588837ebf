import { Buffer } from 'node:buffer';
import { realpathSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import type { EntrypointProblem, EntrypointReport } from '@compozy/core/loader';
import { build, type Message } from 'esbuild';
import { TOOL_BUILD } from '../bundle/build-options.js';
import { isBuildFailure } from '../bundle/bundle-entrypoint.js';
import { exportedTools } from './exported-tools.js';

/**
 * What can be told of the tools of a project without running them: mistakes in the syntax and in imports of every file
 * of the project that the entrypoint reaches, and the tools that it exports. Nothing is written. For `loadProject`.
 */
export async function inspectEntrypoint(projectDir: string, entrypoint: string): Promise<EntrypointReport> {
  const dir = realpathSync(projectDir);
  try {
    const { outputFiles } = await build({ ...TOOL_BUILD, absWorkingDir: dir, entryPoints: [resolve(dir, entrypoint)] });
    return { tools: exportedTools(outputFiles[0]?.text ?? ''), problems: [] };
  } catch (error) {
    const messages = isBuildFailure(error) ? error.errors : [];
    if (messages.length > 0) return { tools: undefined, problems: messages.map((each) => toProblem(each, dir)) };
    const reason = error instanceof Error ? error.message : String(error);
    return { tools: undefined, problems: [{ message: `The tools cannot be built: ${reason}` }] };
  }
}

function toProblem({ text, location, notes }: Message, dir: string): EntrypointProblem {
  const message = `The tools cannot be built: ${text}`;
  if (location === null) return { message };
  const suggestion = [location, ...notes.map((note) => note.location)].find((at) => at?.suggestion)?.suggestion;
  const file = relative(dir, resolve(dir, location.file)).split(sep).join('/');
  // esbuild counts bytes, from 0.
  const before = Buffer.from(location.lineText).subarray(0, location.column).toString();
  return {
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
    at: { file, line: location.line, column: before.length + 1 },
  };
}
