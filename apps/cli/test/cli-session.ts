import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const program = path.resolve(import.meta.dirname, '../bin/compozy.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end. */
export async function compozy(
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<CliResult> {
  const child = startCompozy(args, options.env);
  child.stdin!.end(options.input ?? '');
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { code, stdout, stderr };
}

export function startCompozy(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** A folder with these files, gone when it is disposed. */
export async function createFolder(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly dir: string }> {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-cli-'));
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(dir, name), content);
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

export const greeting = {
  'compozy.yaml': `name: greeting
workflows: [{ source: ./workflow.yaml }]
runtime: { type: node, entrypoint: ./tools.ts }
tools:
  - id: greet
    input: { type: object, properties: { name: { type: string } }, required: [name] }
  - id: fail
`,
  'workflow.yaml': `id: hello
config: { input: { type: object, properties: { name: { type: string, default: world }, tool: { type: string } } } }
tasks:
  - { id: greet, type: basic, tool: greet, with: { name: "{{ .workflow.input.name }}" } }
outputs: { text: "{{ .tasks.greet.output.text }}" }
`,
  'tools.ts': `export default {
  greet: ({ name }: { name: string }) => ({ text: \`Hello \${name}\` }),
  fail: () => { throw new Error('out of paper'); },
};
`,
};
