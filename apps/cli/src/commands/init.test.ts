import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProject } from '@compozy/core/loader';
import { createFolder } from '../../test/cli-session.js';
import { runCommand } from '../../test/run-command.js';
import { addInitCommand } from './init.js';

const init = (...args: string[]) => runCommand(addInitCommand, ['init', ...args]);

describe('compozy init', () => {
  it('makes a project without a warning, named after its folder, and says how to go on', async () => {
    await using folder = await createFolder({});
    const dir = path.join(folder.dir, 'My first shop!');
    const { code, stdout } = await init(dir);
    expect(code).toBe(0);
    // As a shell takes it.
    expect(stdout).toContain(`compozy dev --project '${path.relative('.', dir)}'\n`);
    const { name, warnings, workflows } = await loadProject(dir);
    expect({ name, warnings, workflows: [...workflows.keys()] }).toEqual({
      name: 'My-first-shop',
      warnings: [],
      workflows: ['hello'],
    });
  });

  it('writes over no file, and nothing at all where one is there', async () => {
    await using folder = await createFolder({ 'tools.ts': 'mine', '.gitignore': 'mine' });
    const refused = await init(folder.dir);
    expect(refused).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('tools.ts is there already'),
    });
    expect((await readdir(folder.dir)).toSorted()).toEqual(['.gitignore', 'tools.ts']);
    await using other = await createFolder({});
    await writeFile(path.join(other.dir, '.gitignore'), 'mine');
    expect((await init(other.dir, '--name', 'shop', '--json')).code).toBe(0);
    expect(await readFile(path.join(other.dir, '.gitignore'), 'utf8')).toBe('mine');
  });

  it('refuses a name that no project can have', async () => {
    await using folder = await createFolder({});
    expect(await init(folder.dir, '--name', 'a shop')).toMatchObject({ code: 2 });
    expect(await readdir(folder.dir)).toEqual([]);
  });
});
