// Part of the build: the schemas of the files, for editors, made by the code that was just built.
import { mkdir, writeFile } from 'node:fs/promises';
import { jsonSchemas } from './dist/schema/index.js';

const folder = new URL('./dist/schemas/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const [name, schema] of Object.entries(jsonSchemas)) {
  await writeFile(new URL(`${name}.schema.json`, folder), `${JSON.stringify(schema, null, 2)}\n`);
}
