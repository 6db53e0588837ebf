import type { Command } from 'commander';
import { formatDiagnostics } from '@compozy/core/loader';
import { CommandExit, EXIT } from '../exit-code.js';
import { hintOnProject } from '../hint-on-project.js';
import { checkFiles, NO_HOST_TOOLS } from '../load-checked-project.js';

interface ValidateOptions {
  readonly json?: boolean;
  readonly lenient?: boolean;
  readonly hostTools?: readonly string[];
}

export function addValidateCommand(program: Command): void {
  program
    .command('validate')
    .description('check every file of a project and report every problem')
    .argument('[dir]', 'folder of compozy.yaml', '.')
    .option('--json', 'print {"valid", "diagnostics"} on stdout')
    .option('--lenient', 'unknown keys are warnings')
    .option('--host-tools <ids>', 'tools that a worker of your own brings: ids with commas between them', parseIds)
    .action(async (dir: string, options: ValidateOptions) => {
      const { diagnostics, project } = await checkFiles({ project: dir, hostTools: NO_HOST_TOOLS, ...options });
      const valid = project !== undefined;
      if (options.json === true) process.stdout.write(`${JSON.stringify({ valid, diagnostics })}\n`);
      else if (diagnostics.length > 0) process.stdout.write(`${formatDiagnostics(diagnostics)}\n`);
      const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
      const warnings = diagnostics.length - errors;
      if (options.json !== true) {
        const alone = (project?.tasks.size ?? 0) === 0 ? '' : ` and ${project!.tasks.size} task(s) that run alone`;
        const files = project === undefined ? '' : ` in ${project.workflows.size} workflow(s)${alone}`;
        process.stdout.write(
          valid ? `valid: ${warnings} warning(s)${files}\n` : `invalid: ${errors} error(s), ${warnings} warning(s)\n`,
        );
      }
      if (!valid) throw new CommandExit(EXIT.usage, hintOnProject(dir).trim());
    });
}

function parseIds(text: string): readonly string[] {
  return text.split(',').map((id) => id.trim());
}
