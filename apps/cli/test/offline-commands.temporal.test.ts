import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { compozy, createFolder, greeting, startCompozy } from './cli-session.js';

// As a user has them: the built program, in a process of its own. No server is needed.
describe('commands without a server', () => {
  it('render prints the text and not a byte more', async () => {
    const result = await compozy(['render', '--template', '{{ .name }}', '--data', '{"name":"Ada"}']);
    expect(result).toEqual({ code: 0, stdout: 'Ada', stderr: '' });
  });

  it('render takes the template or the data from standard input', async () => {
    const template = await compozy(['render', '-t', '@-', '-d', '{"n":2}'], { input: 'n is {{ .n }}\n' });
    expect(template).toEqual({ code: 0, stdout: 'n is 2\n', stderr: '' });
    const data = await compozy(['render', '-t', '{{ .n }}', '-d', '@-'], { input: '{"n":3}' });
    expect(data.stdout).toBe('3');
  });

  it('render exits with 1 for a mistake in the template, and with 2 for a mistake in the command', async () => {
    const mistake = await compozy(['render', '-t', '@-'], { input: 'a\n{{ .b.c }}' });
    expect(mistake).toMatchObject({ code: 1, stdout: '' });
    expect(mistake.stderr).toContain('<stdin>:2:4: Template.UnknownPath');
    expect(await compozy(['render', '-t', 'x', '-d', 'no json'])).toMatchObject({ code: 2, stdout: '' });
    expect(await compozy(['render'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('refuse a file that is no UTF-8, whose letters would be lost', async () => {
    await using folder = await createFolder({});
    const file = path.join(folder.dir, 'latin1.json');
    await writeFile(file, Buffer.from('{"name":"Jos\xe9"}', 'latin1'));
    expect(await compozy(['render', '-t', 'x', '-d', `@${file}`])).toEqual({
      code: 2,
      stdout: '',
      stderr: `--data: "${file}" is not text in UTF-8; save it in this encoding\n`,
    });
  });

  it('say what was meant where a file of the project is named', async () => {
    await using folder = await createFolder(greeting);
    const { code, stderr } = await compozy(['validate', path.join(folder.dir, 'compozy.yaml')]);
    expect(code).toBe(2);
    expect(stderr).toContain(`is a file: name the folder that it is in, ${folder.dir}\n`);
  });

  it('ends quietly when nobody reads its output', async () => {
    const child = startCompozy(['schema', 'workflow']);
    child.stdout!.destroy();
    const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'close')]);
    expect({ stderr, code: code as unknown }).toEqual({ stderr: '', code: 1 });
  });

  it('graph and schema print what they are asked for', async () => {
    await using folder = await createFolder(greeting);
    const mermaid = await compozy(['graph', '--project', folder.dir]);
    expect(mermaid).toMatchObject({ code: 0, stderr: '' });
    expect(mermaid.stdout).toMatch(/^flowchart TB\n/);
    const svg = path.join(folder.dir, 'hello.svg');
    expect(await compozy(['graph', 'hello', '-p', folder.dir, '-o', svg])).toMatchObject({ code: 0, stdout: '' });
    const schema = await compozy(['schema', 'workflow']);
    expect(JSON.parse(schema.stdout)).toMatchObject({ title: 'Compozy workflow' });
    const nobody = await compozy(['graph', 'nobody', '-p', folder.dir]);
    expect(nobody).toEqual({
      code: 2,
      stdout: '',
      stderr: 'Config.UnknownWorkflow: Project "greeting" has no workflow "nobody"; it has "hello"\n',
    });
  });
});
