import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonSchemas } from '@compozy/core/schema';
import { projectSchema } from '@compozy/worker/settings';
import { createFolder } from '../../test/cli-session.js';
import { runCommand } from '../../test/run-command.js';
import { addSchemaCommand } from './schema.js';

const schema = (...args: string[]) => runCommand(addSchemaCommand, ['schema', ...args]);
const names = Object.keys(jsonSchemas);

describe('compozy schema', () => {
  it('lists what there is', async () => {
    expect(names).toContain('workflow');
    expect((await schema()).stdout.trim().split('\n')).toEqual(names);
  });

  it('prints the schema that is named', async () => {
    const { stdout } = await schema('workflow');
    expect(JSON.parse(stdout)).toEqual(jsonSchemas.workflow);
  });

  it('writes all of them, or one, into a folder that it makes', async () => {
    await using folder = await createFolder({});
    const [all, one] = [path.join(folder.dir, 'new', 'all'), path.join(folder.dir, 'one')];
    const { stdout } = await schema('--output', all);
    expect(stdout).toBe('');
    expect((await readdir(all)).toSorted()).toEqual(names.map((name) => `${name}.schema.json`).toSorted());
    expect(JSON.parse(await readFile(path.join(all, 'project.schema.json'), 'utf8'))).toEqual(projectSchema());
    await schema('tool', '--output', one);
    expect(await readdir(one)).toEqual(['tool.schema.json']);
  });

  it('says what there is instead of an unknown one, and where it cannot write', async () => {
    await using folder = await createFolder({ file: '' });
    const unknown = await schema('workflows');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('"project", "workflow"');
    expect(unknown.stderr).toContain('Did you mean "workflow"?');
    const blocked = await schema('--output', path.join(folder.dir, 'file'));
    expect(blocked.code).toBe(2);
    expect(blocked.stderr).toContain('--output: cannot write');
  });
});
