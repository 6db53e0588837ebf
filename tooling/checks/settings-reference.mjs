// docs/reference/settings.md and apps/worker/.env.example say what the registry of settings says. They are made from the
// built worker. With --write it writes both.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { SETTINGS, LEFT_OUT_SETTINGS } = await import(path.join(root, 'apps/worker/dist/settings/index.js'));

const GROUPS = {
  project_dir: 'The project',
  worker: 'Worker',
  runtime: 'Runtime',
  server: 'Server',
  ratelimit: 'Rate limits',
  temporal: 'Temporal',
  database: 'Database',
  redis: 'Redis',
};
const byGroup = Object.groupBy(Object.entries(SETTINGS), ([key]) => key.split('.')[0]);
const unknown = Object.keys(byGroup).filter((group) => !(group in GROUPS));
if (unknown.length > 0) throw new Error(`Settings without a heading: ${unknown.join(', ')}`);

const cell = (text) => text.replaceAll('|', String.raw`\|`);

function defaultOf({ default: value, defaultText, type }) {
  if (defaultText !== undefined) return defaultText;
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '';
  return `\`${type.show(value)}\``;
}

function row([key, setting]) {
  const names = setting.env.map((name) => `\`${name}\``).join(', ');
  const flag = setting.flag === undefined ? '' : `\`--${setting.flag}\``;
  const place = setting.outsideYaml === true ? '' : `\`${key}\``;
  const about = `${setting.about}${setting.secret === true ? ' (secret)' : ''}`;
  return `| ${place} | ${names} | ${flag} | ${cell(defaultOf(setting))} | ${cell(about)} |`;
}

const sections = Object.entries(GROUPS).map(
  ([group, title]) =>
    `## ${title}

| \`compozy.yaml\` | Environment | Flag | Default | |
|---|---|---|---|---|
${byGroup[group].map(row).join('\n')}
`,
);

const reasons = Map.groupBy([...LEFT_OUT_SETTINGS], ([, reason]) => reason);
const leftOut = [...reasons].map(([reason, keys]) => `- ${reason}: ${keys.map(([key]) => `\`${key}\``).join(', ')}`);

const page = `# Settings

What \`compozy-worker\` can be told. Later ones win: the default, \`compozy.yaml\`, a profile of Temporal, the \`.env\` file of
the project, the environment, a flag. \`compozy config show --sources\` prints what holds and where it comes from;
\`compozy config validate\` reports every problem of the project and of its settings at once.

- Of the environment, and of the \`.env\` file, the names below are read and no others. The first of several wins. An empty
  variable, or an empty text in YAML, means the same as none.
- Durations are written \`500ms\`, \`30s\`, \`1h30m\`; a number is one of milliseconds.
- Paths in \`compozy.yaml\` and \`.env\` begin at their folder, others at the working directory.
- A flag takes its value as \`--port 80\` or \`--port=80\`; one that is true or false is \`--auth-enabled\` or
  \`--no-auth-enabled\`.
- A secret is shown nowhere. Keep it in the environment or in \`.env\`, not in \`compozy.yaml\`.
- A key that is not known is an error, and so is a value that does not fit. Where the project says \`strict: false\`, unknown
  keys are warnings.

A profile of Temporal is read when \`TEMPORAL_PROFILE\` or \`TEMPORAL_CONFIG_FILE\` asks for it; a file in the home folder
alone changes nothing. \`TEMPORAL_HOST_PORT\` wins over \`TEMPORAL_ADDRESS\`, and both win over the profile.

${sections.join('\n')}
## Settings of the original that are not here

They are accepted with a warning, in \`compozy.yaml\` and, but for those of the command line, as variables:

${leftOut.join('\n')}
`;

const example = `# Settings of compozy-worker, with their defaults. Made from its registry; docs/reference/settings.md has more on each.
${Object.entries(GROUPS)
  .map(([group, title]) => `\n# ${title}\n\n${byGroup[group].map(exampleOf).join('\n')}`)
  .join('\n')}
`;

function exampleOf([, setting]) {
  const { about, env, type } = setting;
  const value = setting.default === undefined ? '' : type.show(setting.default);
  const otherwise = setting.defaultText === undefined ? '' : `; by default ${setting.defaultText}`;
  return `# ${about.replaceAll('`', '')}${otherwise.replaceAll('`', '')}\n# ${env[0]}=${value}`;
}

const files = { 'docs/reference/settings.md': page, 'apps/worker/.env.example': example };
let stale = 0;
for (const [name, text] of Object.entries(files)) {
  const file = path.join(root, name);
  if (process.argv.includes('--write')) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    stale += 1;
    console.error(`${name} is not what the registry says; run \`node tooling/checks/settings-reference.mjs --write\``);
  }
}
process.exit(stale === 0 ? 0 : 1);
