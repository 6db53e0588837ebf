import { getRandomValues } from 'node:crypto';
import type { Command } from 'commander';
import { CompozyError, type Json } from '@compozy/core';
import { parseTemplate, renderTemplate, type TemplateHost } from '@compozy/core/template';
import { CommandExit, EXIT } from '../exit-code.js';
import { parseJson } from '../parse-json.js';
import { readSource, type Source } from '../read-source.js';

interface RenderOptions {
  readonly template: string;
  readonly data?: string;
}

export function addRenderCommand(program: Command): void {
  program
    .command('render')
    .description('print what a template makes of some data')
    .requiredOption('-t, --template <text>', 'the template: text, @file, or @- for standard input')
    .option('-d, --data <json>', 'what it is evaluated over: JSON, @file, or @- for standard input; {} by default')
    .action(render);
}

async function render({ template, data = '{}' }: RenderOptions): Promise<void> {
  if (template === '@-' && data === '@-') {
    throw new CommandExit(EXIT.usage, 'Standard input can be --template or --data, not both');
  }
  const source = await readSource(template, '--template');
  const context = parseJson(await readSource(data, '--data'), '--data', 'Give JSON text, @file or @-');
  const text = renderSource(source, context);
  const needsEnd = process.stdout.isTTY && !text.endsWith('\n');
  process.stdout.write(needsEnd ? `${text}\n` : text);
}

function renderSource({ text, file = '--template' }: Source, data: Json): string {
  try {
    return renderTemplate(parseTemplate(text), data, host);
  } catch (error) {
    if (!CompozyError.isInstance(error)) throw error;
    const { line, column } = error.details;
    const place = line === undefined ? file : `${file}:${String(line)}:${String(column)}`;
    throw new CommandExit(EXIT.failure, `${place}: ${error.code}: ${error.message}`);
  }
}

/** Outside of a run, time and randomness are real. */
const host: TemplateHost = {
  now: () => Date.now(),
  // 53 bits, as many as a number in [0, 1) has.
  random: () => Number(getRandomValues(new BigUint64Array(1))[0]! >> 11n) / 2 ** 53,
};
