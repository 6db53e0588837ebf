import path from 'node:path';
import { formatDiagnostics, type Project } from '@compozy/core/loader';
import { checkProjectFiles, checkSettings, formatSettingProblems, type Settings } from '@compozy/worker/settings';
import { readSettingsEnvironment } from './env.js';
import { CommandExit, EXIT } from './exit-code.js';

export interface ProjectOptions {
  readonly project: string;
  readonly lenient?: boolean;
}

/** The project, or the end of the command with every problem on stderr. Warnings are printed and do not stop. */
export async function loadCheckedProject({ project: dir, lenient }: ProjectOptions): Promise<Project> {
  const { diagnostics, project } = await checkProjectFiles(path.resolve(dir), lenient === true ? { lenient } : {});
  if (project === undefined) throw new CommandExit(EXIT.usage, formatDiagnostics(diagnostics));
  if (diagnostics.length > 0) process.stderr.write(`${formatDiagnostics(diagnostics)}\n`);
  return project;
}

/** As {@link loadCheckedProject}, with the settings that a compozy-worker would have here. */
export async function loadWithSettings({ project: dir, lenient }: ProjectOptions): Promise<{
  readonly project: Project;
  readonly settings: Settings;
}> {
  const { problems, project, settings } = await checkSettings({
    dir: path.resolve(dir),
    environment: readSettingsEnvironment(),
    ...(lenient === true ? { lenient } : {}),
  });
  if (project === undefined || settings === undefined) {
    throw new CommandExit(EXIT.usage, formatSettingProblems(problems));
  }
  if (problems.length > 0) process.stderr.write(`${formatSettingProblems(problems)}\n`);
  return { project, settings };
}
