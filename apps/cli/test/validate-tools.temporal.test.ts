import { describe, expect, it } from 'vitest';
import { compozy, createFolder, greeting } from './cli-session.js';

// As a user has them: the built program, in a process of its own. No server is needed.
describe('compozy validate, of tools', () => {
  const invalid = (lines: string) => ({ code: 2, stdout: `${lines}\ninvalid: 1 error(s), 0 warning(s)\n`, stderr: '' });

  it('and whatever serves the project report tools that cannot be built', async () => {
    await using folder = await createFolder({ ...greeting, 'tools.ts': 'export default {\n  greet: ( => 1,\n};\n' });
    const problem = 'tools.ts:2:12: error tool.broken: The tools cannot be built: Unexpected "=>"';
    expect(await compozy(['validate', folder.dir])).toMatchObject(invalid(problem));
    expect(await compozy(['config', 'validate', '-p', folder.dir])).toMatchObject(invalid(problem));
    const run = await compozy(['run', 'hello', '-p', folder.dir]);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain(problem);
  });

  it('and whatever serves the project report a task whose tool nobody has', async () => {
    const tools = 'export default { fail: () => 1 };\nexport const great = () => 1;\n';
    await using folder = await createFolder({ ...greeting, 'tools.ts': tools });
    const problem =
      'workflow.yaml:4:37: error tool.not-exported: The entrypoint exports no tool "greet" (did you mean "great"?)';
    expect(await compozy(['validate', folder.dir])).toMatchObject(invalid(problem));
    const run = await compozy(['run', 'hello', '-p', folder.dir]);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain(problem);
    const brought = await compozy(['validate', folder.dir, '--host-tools', 'other, greet']);
    expect(brought).toMatchObject({ code: 0, stdout: expect.stringMatching(/^valid: 0 warning/) as string });
    expect(await compozy(['graph', '-p', folder.dir])).toMatchObject({ code: 0 });
  });
});
