import path from 'node:path';
import { checkProject, type Diagnostic, type LoadOptions, type ProjectCheck } from '@compozy/core/loader';
import { readYamlSettings } from './read-yaml-settings.js';

/**
 * Checks what stands in the files of a project, settings in `compozy.yaml` included. Settings of the environment are not
 * looked at, for it is another one where the project is served: `checkSettings` tells what holds together.
 */
export async function checkProjectFiles(dir: string, options: LoadOptions = {}): Promise<ProjectCheck> {
  const check = await checkProject(dir, {
    settings: (file) => void readYamlSettings(file),
    // The bundler takes long to load, and a project without tools does not need it.
    inspectEntrypoint: async (...place) => (await import('@compozy/tools')).inspectEntrypoint(...place),
    ...options,
  });
  // The loader and the settings both look at what stands in `runtime`.
  const diagnostics = check.diagnostics.filter(
    ({ file, line, column, code }, index, all) =>
      all.findIndex(
        (other) => other.file === file && other.line === line && other.column === column && other.code === code,
      ) === index,
  );
  return { ...check, diagnostics: diagnostics.map((diagnostic) => withFolder(diagnostic, dir)) };
}

/** Where there is no project at all, the folder was the mistake. */
function withFolder(diagnostic: Diagnostic, dir: string): Diagnostic {
  const { code, file, message } = diagnostic;
  const isProject = code === 'file.missing' && file === 'compozy.yaml' && message.includes(`"${file}"`);
  return isProject ? { ...diagnostic, message: `${message} in ${path.resolve(dir)}` } : diagnostic;
}
