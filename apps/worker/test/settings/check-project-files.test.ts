import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '@compozy/core/loader';
import { checkProjectFiles } from '@compozy/worker/settings';
import { createProjectFolder } from './project-folder.js';

describe('checkProjectFiles', () => {
  it('names the folder that holds no project', async () => {
    const dir = path.join(tmpdir(), 'no-such-folder');
    const { diagnostics } = await checkProjectFiles(dir);
    expect(formatDiagnostics(diagnostics)).toBe(
      `compozy.yaml:1:1: error file.missing: There is no file "compozy.yaml" in ${dir}`,
    );
  });

  it('reports a mistake in "runtime" once, which the language and the settings both look at', async () => {
    await using folder = await createProjectFolder('runtime: { tool_execution_timeout: soon }\n');
    const { diagnostics, project } = await checkProjectFiles(folder.dir);
    expect(project).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toEqual(['value.duration']);
  });
});
