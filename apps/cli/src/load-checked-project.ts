import path from 'node:path';
import { checkProject, formatDiagnostics, type Project } from '@compozy/core/loader';
import { CommandExit, EXIT } from './exit-code.js';

export interface ProjectOptions {
  readonly project: string;
  readonly lenient?: boolean;
}

/** The project, or the end of the command with every problem on stderr. Warnings are printed and do not stop. */
export async function loadCheckedProject({ project: dir, lenient }: ProjectOptions): Promise<Project> {
  const { diagnostics, project } = await checkProject(path.resolve(dir), lenient === true ? { lenient } : {});
  if (project === undefined) throw new CommandExit(EXIT.usage, formatDiagnostics(diagnostics));
  if (diagnostics.length > 0) process.stderr.write(`${formatDiagnostics(diagnostics)}\n`);
  return project;
}
