import { SETTING_KEYS, settingOf } from './settings.js';

/** What `compozy-worker --help` says. */
export function flagsHelp(): string {
  const rows = SETTING_KEYS.flatMap((key) => {
    const { flag, type, about } = settingOf(key);
    if (flag === undefined) return [];
    return [[type.isFlag === true ? `--[no-]${flag}` : `--${flag} <value>`, about.replaceAll('`', '')] as const];
  });
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`);
  return `Serves the project of a folder until it gets SIGTERM. The other settings have no flag;\n"compozy config show" lists all of them, and docs/reference/settings.md tells what they are.\n\n${lines.join('\n')}\n`;
}
