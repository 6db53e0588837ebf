import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { CommandExit, EXIT } from '../exit-code.js';
import { quote } from '../quote.js';
import { writeJson } from '../write-json.js';

/** A project of one workflow and one tool: what a first run needs, and where to go on. */
const FILES = (name: string): Readonly<Record<string, string>> => ({
  'compozy.yaml': `# yaml-language-server: $schema=./schemas/project.schema.json
name: ${name}
workflows: [{ source: ./hello.yaml }]
runtime: { entrypoint: ./tools.ts }
tools:
  - id: greet
    input: { type: object, properties: { name: { type: string } }, required: [name] }
`,
  'hello.yaml': `# yaml-language-server: $schema=./schemas/workflow.schema.json
id: hello
config:
  input: { type: object, properties: { name: { type: string, default: world } } }
tasks:
  - id: greet
    type: basic
    use: tool(greet)
    with: { name: "{{ .workflow.input.name }}" }
outputs: { text: "{{ .tasks.greet.output.text }}" }
`,
  'tools.ts': `export default {
  greet: ({ name }: { name: string }) => ({ text: \`Hello \${name}\` }),
};
`,
  '.gitignore': '.compozy/\n.env\nschemas/\n',
});

export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description('make a project of one workflow and one tool, to go on from; no file is written over')
    .argument('[dir]', 'its folder, made when it is not there', '.')
    .option('--name <name>', 'name of the project; that of the folder by default')
    .option('--json', 'print {"dir", "files"} on stdout')
    .action(async (dir: string, options: { name?: string; json?: boolean }) => {
      const folder = path.resolve(dir);
      const name = options.name ?? nameOf(folder);
      if (!/^[a-z0-9][a-z0-9_-]*$/i.test(name)) {
        throw new CommandExit(EXIT.usage, `--name: "${name}" has to be made of letters, digits, "-" and "_"`);
      }
      const files = FILES(name);
      await writeNew(folder, files);
      if (options.json === true) writeJson({ dir: folder, files: Object.keys(files) });
      else process.stdout.write(`${Object.keys(files).join('\n')}\n\nIn ${folder}. Next:\n${nextSteps(dir)}`);
    });
}

/** All of them, or none. What a folder has of git's own is left as it is. */
async function writeNew(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true }).catch(fail(folder));
  const taken = Object.keys(files).find((name) => name !== '.gitignore' && existsSync(path.join(folder, name)));
  if (taken !== undefined) fail(path.join(folder, taken))({ name: '', message: '', code: 'EEXIST' });
  for (const [name, text] of Object.entries(files)) {
    await writeFile(path.join(folder, name), text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST' || name !== '.gitignore') fail(path.join(folder, name))(error);
    });
  }
}

function fail(file: string): (error: NodeJS.ErrnoException) => never {
  return ({ code = 'unwritable' }) => {
    const problem = code === 'EEXIST' ? 'is there already' : `cannot be written (${code})`;
    throw new CommandExit(EXIT.usage, `${file} ${problem}; name another folder: compozy init <dir>`);
  };
}

function nameOf(folder: string): string {
  const name = path
    .basename(folder)
    .replaceAll(/[^a-z0-9_-]+/gi, '-')
    .replaceAll(/^[-_]+|-+$/g, '');
  return name === '' ? 'my-project' : name;
}

function nextSteps(dir: string): string {
  const at = path.relative('.', path.resolve(dir));
  const option = at === '' ? '' : ` --project ${quote(at)}`;
  return [
    `  compozy run${option} --input '{"name":"Ada"}'`,
    `  compozy dev${option}`,
    `  compozy schema --output ${quote(path.join(at, 'schemas'))}   # what editors know the files by`,
    '',
  ].join('\n');
}
