import { globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScenarioProject, readScenario, runScenario } from '@compozy/core/testing';

const root = path.resolve(import.meta.dirname, '..');
const files = globSync('src/**/scenarios/*.yaml', { cwd: root }).toSorted();

describe('scenarios', () => {
  it.each(files)('%s', async (file) => {
    const scenario = await readScenario(path.join(root, file));
    await using project = await createScenarioProject(scenario);
    const { view, toolInputs, toolEnvs } = await runScenario(scenario, project);
    const { expect: expected } = scenario;
    expect(view).toMatchObject({
      status: expected.status,
      ...(expected.error === undefined ? {} : { error: expected.error }),
    });
    if (expected.output !== undefined) expect(view.output).toEqual(expected.output);
    if (expected.tasks !== undefined) expect(view.tasks).toMatchObject(expected.tasks);
    if (expected.toolInputs !== undefined) expect(toolInputs).toEqual(expected.toolInputs);
    if (expected.toolEnvs !== undefined) expect(toolEnvs).toMatchObject(expected.toolEnvs);
    const warnings = project.project.warnings.map(({ code, message }) => `${code}: ${message}`);
    expect(warnings).toEqual(expected.warnings ?? warnings);
  });
});
