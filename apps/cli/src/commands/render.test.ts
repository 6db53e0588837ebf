import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolder } from '../../test/cli-session.js';
import { runCommand } from '../../test/run-command.js';
import { addRenderCommand } from './render.js';

const render = (template: string, data?: string) =>
  runCommand(addRenderCommand, ['render', '--template', template, ...(data === undefined ? [] : ['--data', data])]);

describe('compozy render', () => {
  it.each([
    ['plain text', '{}', 'plain text'],
    ['{{ .name | upper }}!\n', '{"name":"ada"}', 'ADA!\n'],
    ['{{ if eq .n 7 }}seven{{ end }} {{ add .n 1 }} {{ .f }}', '{"n":7,"f":1.5}', 'seven 8 1.5'],
    ['{{ .big }}', '{"big":1000000}', '1000000'],
    ['{{ .map }}', '{"map":{"a":[1,null]}}', '{"a":[1,null]}'],
    [' {{ .text }} ', '{"text":"{ }"}', '{ }'],
    ['{ "a":  {{ .n }} }', '{"n":1}', '{ "a":  1 }'],
    ['{{ .none }}', '{"none":null}', 'null'],
    ['{{ .missing | default "x" }}', '[]', 'x'],
  ])('makes of %j over %s exactly %j', async (template, data, text) => {
    const { code, stdout, stderr } = await render(template, data);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: text, stderr: '' });
  });

  it('takes template and data from files, and an empty object when there is no data', async () => {
    await using folder = await createFolder({ 't.txt': '{{ .a }}-{{ .b.c }}\n', 'd.json': '{"a":1,"b":{"c":"x"}}' });
    const file = (name: string) => `@${path.join(folder.dir, name)}`;
    expect((await render(file('t.txt'), file('d.json'))).stdout).toBe('1-x\n');
    expect((await render('{{ len . }}')).stdout).toBe('0');
  });

  it('has a real clock and real randomness', async () => {
    const before = Date.now();
    const [now, ...words] = (await render('{{ now | unixEpoch }} {{ randAlpha 20 }} {{ randAlpha 20 }}')).stdout.split(
      ' ',
    );
    expect(Number(now)).toBeGreaterThanOrEqual(Math.floor(before / 1000));
    expect(new Set([...words, (await render('{{ randAlpha 20 }}')).stdout]).size).toBe(3);
  });

  it.each([
    ['a\n  {{ .x.y }}', '--template:2:6: Template.UnknownPath'],
    ['{{ nosuch 1 }}', '--template:1:4: Template.UnknownFunction'],
    ['{{ if }}', '--template:1:'],
    ['{{ fail "stop here" }}', '--template:1:4: Task.Failed: stop here'],
  ])('exits with 1 and the place of the mistake in %j', async (template, message) => {
    const { code, stdout, stderr } = await render(template);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('names the file in which the mistake stands', async () => {
    await using folder = await createFolder({ 'page.tmpl': '\n{{ .x' });
    const file = path.join(folder.dir, 'page.tmpl');
    const { code, stderr } = await render(`@${file}`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/page\.tmpl:2:\d+: Template\.Syntax/);
  });

  it.each([
    [['--template', 'x', '--data', '{'], '--data is not JSON'],
    [['--template', 'x', '--data', '@nowhere.json'], '--data: cannot read "nowhere.json" (ENOENT)'],
    [['--template', '@nowhere.txt'], '--template: cannot read "nowhere.txt" (ENOENT)'],
    [['--template', '@.'], '--template: cannot read "." (EISDIR)'],
    [['--template', '@-', '--data', '@-'], 'not both'],
    [[], '--template'],
  ])('exits with 2 for %j', async (args, message) => {
    const { code, stdout, stderr } = await runCommand(addRenderCommand, ['render', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
