import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface ProjectFolder extends AsyncDisposable {
  readonly dir: string;
}

/** A project with one workflow; more YAML goes to the end of `compozy.yaml`. */
export async function createProjectFolder(
  yaml = '',
  files: Readonly<Record<string, string>> = {},
): Promise<ProjectFolder> {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-settings-'));
  const all = {
    'compozy.yaml': `name: shop\nworkflows: [{ source: ./one.yaml }]\n${yaml}\n`,
    'one.yaml': 'id: one\ntasks: [{ id: a, type: aggregate, outputs: { x: 1 } }]\n',
    ...files,
  };
  for (const [name, text] of Object.entries(all)) await writeFile(path.join(dir, name), text);
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

/** `a.b.c` with a value, as YAML in one line. */
export function nested(key: string, value: unknown): string {
  const [first = '', ...rest] = key.split('.');
  const inner = rest.reduceRight<unknown>((part, name) => ({ [name]: part }), value);
  return `${first}: ${JSON.stringify(inner)}`;
}
