import path from 'node:path';
import type { Command } from 'commander';
import { jsonSchemas } from '@compozy/core/schema';
import { projectSchema } from '@compozy/worker/settings';
import { unknownName } from '../unknown-name.js';
import { writeOutput } from '../write-output.js';

const NAMES = Object.keys(jsonSchemas) as readonly (keyof typeof jsonSchemas)[];

export function addSchemaCommand(program: Command): void {
  program
    .command('schema')
    .description('JSON Schemas of the files of a project, for editors; lists them when nothing is asked for')
    .argument('[name]', `one of them: ${NAMES.join(', ')}`)
    .option(
      '-o, --output <dir>',
      'write <name>.schema.json into this folder, for each of them or for the one that is named',
    )
    .action(async (given: string | undefined, { output }: { output?: string }) => {
      const chosen = given === undefined ? NAMES : [chooseName(given)];
      if (output !== undefined) {
        for (const name of chosen) await writeOutput(path.join(output, `${name}.schema.json`), schemaText(name));
      } else process.stdout.write(given === undefined ? `${NAMES.join('\n')}\n` : schemaText(chosen[0]!));
    });
}

function chooseName(given: string): keyof typeof jsonSchemas {
  const name = NAMES.find((known) => known === given);
  if (name === undefined) throw unknownName('The language has no schema', given, NAMES);
  return name;
}

function schemaText(name: keyof typeof jsonSchemas): string {
  const schema = name === 'project' ? projectSchema() : jsonSchemas[name];
  return `${JSON.stringify(schema, null, 2)}\n`;
}
