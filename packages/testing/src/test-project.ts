import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadProject, type Project } from '@compozy/core/loader';

/** A project that is there already, or its files by their paths; `compozy.yaml` is one of them. */
export type ProjectUnderTest = Project | Readonly<Record<string, string>>;

export interface TestProject extends AsyncDisposable {
  readonly project: Project;
}

/** Files are written to a folder that is removed at the end. @throws DiagnosticsError */
export async function openTestProject(given: ProjectUnderTest): Promise<TestProject> {
  if (isProject(given)) return { project: given, [Symbol.asyncDispose]: async () => undefined };
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-test-'));
  const remove = () => rm(dir, { recursive: true, force: true });
  try {
    for (const [name, text] of Object.entries(given)) {
      await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
      await writeFile(path.join(dir, name), text);
    }
    return { project: await loadProject(dir), [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function isProject(given: ProjectUnderTest): given is Project {
  return given['workflows'] instanceof Map;
}
