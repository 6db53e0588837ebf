import path from 'node:path';
import type { Command } from 'commander';
import {
  checkSettings,
  describeSettings,
  formatSettingProblems,
  type DescribedSetting,
  type SettingProblem,
  type SettingsCheck,
} from '@compozy/worker/settings';
import { colorsFor } from '../colors.js';
import { readSettingsEnvironment } from '../env.js';
import { CommandExit, EXIT } from '../exit-code.js';
import { NO_HOST_TOOLS } from '../load-checked-project.js';
import { formatTable, type Column } from '../table.js';

interface ConfigOptions {
  readonly project: string;
  readonly json?: boolean;
}

export function addConfigCommand(program: Command): void {
  const config = program.command('config').description('the settings of compozy-worker, which run and dev have too');
  config
    .command('show')
    .description('print every setting that holds here; secrets are hidden')
    .option('-p, --project <dir>', 'folder of compozy.yaml', '.')
    .option('--sources', 'say where each value comes from')
    .option('--json', 'print a list of {"key", "value", "source"} on stdout')
    .action(async (options: ConfigOptions & { readonly sources?: boolean }) => {
      const { entries, problems } = await check(options);
      const settings = describeSettings(entries);
      if (options.json === true) process.stdout.write(`${JSON.stringify(settings)}\n`);
      else process.stdout.write(settingsTable(settings, options.sources === true));
      const report = options.json === true ? problems.filter(({ severity }) => severity === 'error') : problems;
      endOnErrors(problems, formatSettingProblems(report));
    });
  config
    .command('validate')
    .description('check the project and its settings and report every problem')
    .option('-p, --project <dir>', 'folder of compozy.yaml', '.')
    .option('--json', 'print {"valid", "problems"} on stdout')
    .action(async (options: ConfigOptions) => {
      const { problems, settings } = await check(options);
      const valid = settings !== undefined;
      if (options.json === true) process.stdout.write(`${JSON.stringify({ valid, problems })}\n`);
      else {
        if (problems.length > 0) process.stdout.write(`${formatSettingProblems(problems)}\n`);
        const errors = problems.filter(({ severity }) => severity === 'error').length;
        const warnings = `${problems.length - errors} warning(s)`;
        process.stdout.write(valid ? `valid: ${warnings}\n` : `invalid: ${errors} error(s), ${warnings}\n`);
      }
      if (!valid) throw new CommandExit(EXIT.usage);
    });
}

function check({ project }: ConfigOptions): Promise<SettingsCheck> {
  return checkSettings({
    dir: path.resolve(project),
    environment: readSettingsEnvironment(),
    hostTools: NO_HOST_TOOLS,
  });
}

/** What is shown has its place in stdout, so the report goes to stderr. */
function endOnErrors(problems: readonly SettingProblem[], report: string): void {
  if (problems.some(({ severity }) => severity === 'error')) throw new CommandExit(EXIT.usage, report);
  if (report !== '') process.stderr.write(`${report}\n`);
}

function settingsTable(settings: readonly DescribedSetting[], withSources: boolean): string {
  const columns: readonly Column<DescribedSetting>[] = [
    { head: 'SETTING', cell: ({ key }) => key },
    { head: 'VALUE', cell: ({ value }) => showValue(value) },
    ...(withSources ? [{ head: 'SOURCE', cell: ({ source }: DescribedSetting) => source }] : []),
  ];
  return formatTable(columns, settings, colorsFor(process.stdout));
}

function showValue(value: DescribedSetting['value']): string | null {
  if (value === null) return null;
  return Array.isArray(value) ? value.join(',') : String(value);
}
