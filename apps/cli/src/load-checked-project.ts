import path from 'node:path';
import { formatDiagnostics, type Project, type ProjectCheck } from '@compozy/core/loader';
import { checkProjectFiles, checkSettings, formatSettingProblems, type Settings } from '@compozy/worker/settings';
import { readSettingsEnvironment } from './env.js';
import { CommandExit, EXIT } from './exit-code.js';
import { hintOnProject } from './hint-on-project.js';

/** What the programs of ours bring, beside the entrypoint of a project. */
export const NO_HOST_TOOLS: readonly string[] = [];

export interface ProjectOptions {
  readonly project: string;
  readonly lenient?: boolean;
  /** Tools that the program which serves the project brings; absent when that does not matter. */
  readonly hostTools?: readonly string[];
}

/** Checks the files of the project, with what the environment gives for the names that they declare. */
export function checkFiles({ project: dir, lenient, hostTools }: ProjectOptions): Promise<ProjectCheck> {
  return checkProjectFiles(path.resolve(dir), {
    environment: readSettingsEnvironment(),
    ...(lenient === true ? { lenient } : {}),
    ...(hostTools === undefined ? {} : { hostTools }),
  });
}

/** The project, or the end of the command with every problem on stderr. Warnings are printed and do not stop. */
export async function loadCheckedProject(options: ProjectOptions): Promise<Project> {
  const { diagnostics, project } = await checkFiles(options);
  const report = formatDiagnostics(diagnostics);
  if (project === undefined) throw new CommandExit(EXIT.usage, `${report}${hintOnProject(options.project)}`);
  if (report !== '') process.stderr.write(`${report}\n`);
  return project;
}

/** As {@link loadCheckedProject}, with the settings that a compozy-worker would have here. */
export async function loadWithSettings({ project: dir, lenient, hostTools }: ProjectOptions): Promise<{
  readonly project: Project;
  readonly settings: Settings;
}> {
  const { problems, project, settings } = await checkSettings({
    dir: path.resolve(dir),
    environment: readSettingsEnvironment(),
    ...(lenient === true ? { lenient } : {}),
    ...(hostTools === undefined ? {} : { hostTools }),
  });
  const report = formatSettingProblems(problems);
  if (project === undefined || settings === undefined) {
    throw new CommandExit(EXIT.usage, `${report}${hintOnProject(dir)}`);
  }
  if (report !== '') process.stderr.write(`${report}\n`);
  return { project, settings };
}
