import path from 'node:path';
import { Option, type Command } from 'commander';
import { toMermaid, toWorkflowGraph, type WorkflowGraph } from '@compozy/core/graph';
import { chooseWorkflow } from '../choose-workflow.js';
import { loadCheckedProject } from '../load-checked-project.js';
import { toSvg } from '../svg/to-svg.js';
import { writeOutput } from '../write-output.js';

const FORMATS = {
  mermaid: toMermaid,
  svg: toSvg,
  json: (graph) => `${JSON.stringify(graph, null, 2)}\n`,
} as const satisfies Record<string, (graph: WorkflowGraph) => string>;

type Format = keyof typeof FORMATS;

const BY_EXTENSION: Readonly<Record<string, Format>> = { '.svg': 'svg', '.json': 'json' };

interface GraphOptions {
  readonly project: string;
  readonly lenient?: boolean;
  readonly format?: Format;
  readonly output?: string;
}

export function addGraphCommand(program: Command): void {
  program
    .command('graph')
    .description('draw the tasks of a workflow and the ways between them')
    .argument('[workflow-id]', 'the workflow; may be left out when the project has one only')
    .option('-p, --project <dir>', 'folder of compozy.yaml', '.')
    .option('--lenient', 'unknown keys are warnings')
    .addOption(
      new Option('-f, --format <format>', 'by default what the name of --output says, else mermaid').choices(
        Object.keys(FORMATS),
      ),
    )
    .option('-o, --output <file>', 'write to this file instead of stdout')
    .action(drawGraph);
}

async function drawGraph(given: string | undefined, options: GraphOptions): Promise<void> {
  const project = await loadCheckedProject(options);
  const plan = project.workflows.get(chooseWorkflow(project, given))!;
  const format = options.format ?? BY_EXTENSION[path.extname(options.output ?? '').toLowerCase()] ?? 'mermaid';
  const text = FORMATS[format](toWorkflowGraph(plan));
  if (options.output === undefined) process.stdout.write(text);
  else await writeOutput(options.output, text);
}
