import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkProject, formatDiagnostics } from '@compozy/core/loader';
import { createTempProject } from './temp-project.js';

const WORKFLOW = 'id: main\ntasks:\n  - id: a\n    tool: fetch\n';

describe('checkProject', () => {
  it.each<[string, string | Uint8Array, string]>([
    [
      '20 MB',
      'x'.repeat(20 * 1024 * 1024),
      '1:1: error file.too-large: The file has 20971520 bytes; 10485760 are allowed',
    ],
    [
      'bytes that are no UTF-8',
      Buffer.from([...Buffer.from('id: a\nb: é'), 0xff, 0x20]),
      '2:5: error file.not-text: The file is not text in UTF-8',
    ],
    ['UTF-16', Buffer.from(`\uFEFF${WORKFLOW}`, 'utf16le'), '1:1: error file.not-text: The file is not text in UTF-8'],
    ['a NUL', 'id: a\0b\n', '1:6: error file.not-text: The file is not text in UTF-8'],
    ['nothing', '', '1:1: error file.empty: The file is empty'],
    [
      'a million brackets',
      `id: ${'['.repeat(1_000_000)}`,
      '1:104: error yaml.too-deep: The file nests deeper than 100 levels',
    ],
    [
      'a million dashes',
      `id:\n${'- '.repeat(1_000_000)}`,
      '2:199: error yaml.too-deep: The file nests deeper than 100 levels',
    ],
  ])('refuses a workflow file with %s', async (_what, content, expected) => {
    await using project = await createTempProject({ 'workflow.yaml': content });
    const { diagnostics } = await checkProject(project.dir);
    expect(formatDiagnostics(diagnostics)).toBe(`workflow.yaml:${expected}`);
  });

  it('refuses a chain of aliases that nests too deep', async () => {
    const links = Array.from({ length: 150 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}]`);
    await using project = await createTempProject({ 'workflow.yaml': `id: main\na0: &a0 [x]\n${links.join('\n')}\n` });
    const { diagnostics } = await checkProject(project.dir);
    expect(diagnostics).toMatchObject([{ code: 'yaml.too-deep', file: 'workflow.yaml' }]);
  });

  it('reads a file with a byte order mark and Windows line ends', async () => {
    await using project = await createTempProject({
      'workflow.yaml': `\uFEFF${WORKFLOW.replaceAll('\n', '\r\n')}    whit: 1\r\n`,
    });
    const { diagnostics } = await checkProject(project.dir);
    expect(formatDiagnostics(diagnostics)).toBe('workflow.yaml:5:5: error key.unknown: Unknown key "whit"');
  });

  it('refuses links that lead out of the project or to themselves', async () => {
    await using outside = await createTempProject({ 'workflow.yaml': WORKFLOW });
    await using project = await createTempProject({
      'compozy.yaml':
        'name: demo\nworkflows:\n  - source: ./out.yaml\n  - source: ./loop.yaml\n  - source: ./in.yaml\n  - source: ./up/out.yaml\n',
      'real.yaml': 'id: ok\ntasks: [{ id: a, tool: { id: fetch, description: x } }]\n',
    });
    await symlink(path.join(outside.dir, 'workflow.yaml'), path.join(project.dir, 'out.yaml'));
    await symlink('loop.yaml', path.join(project.dir, 'loop.yaml'));
    await symlink('real.yaml', path.join(project.dir, 'in.yaml'));
    await symlink(outside.dir, path.join(project.dir, 'up'));
    await writeFile(path.join(outside.dir, 'out.yaml'), WORKFLOW);
    const { diagnostics } = await checkProject(project.dir);
    expect(formatDiagnostics(diagnostics)).toBe(
      [
        'compozy.yaml:3:13: error file.outside: "./out.yaml" is a link to a place outside of the project',
        'compozy.yaml:4:13: error file.unreadable: "./loop.yaml" is a link that leads to itself',
        'compozy.yaml:6:13: error file.outside: "./up/out.yaml" is a link to a place outside of the project',
      ].join('\n'),
    );
  });

  it('refuses folders and sockets where a file is wanted', async () => {
    await using project = await createTempProject({
      'compozy.yaml':
        'name: demo\nworkflows:\n  - source: ./folder\n  - source: ./socket\nruntime:\n  entrypoint: ./tools.ts\n',
    });
    await mkdir(path.join(project.dir, 'folder'));
    await mkdir(path.join(project.dir, 'tools.ts'));
    await mkdir(path.join(project.dir, '.env'));
    await using server = createServer();
    await once(server.listen(path.join(project.dir, 'socket')), 'listening');
    const { diagnostics } = await checkProject(project.dir);
    expect(formatDiagnostics(diagnostics)).toBe(
      [
        'compozy.yaml:3:13: error file.not-a-file: "./folder" is a folder',
        'compozy.yaml:4:13: error file.not-a-file: "./socket" is not a regular file',
        'compozy.yaml:6:15: error file.not-a-file: "./tools.ts" is a folder',
        '.env:1:1: error file.not-a-file: ".env" is a folder',
      ].join('\n'),
    );
  });

  it('reports a folder that does not exist', async () => {
    const { diagnostics, project } = await checkProject('/does/not/exist');
    expect(formatDiagnostics(diagnostics)).toBe(
      'compozy.yaml:1:1: error file.missing: There is no file "compozy.yaml"',
    );
    expect(project).toBeUndefined();
  });
});
