// docs/reference/errors.md says what the table of error codes says, and every code of the table is raised somewhere.
// With --write it writes the page.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = path.join(root, 'docs/reference/errors.md');
const { ERROR_CODES } = await import(path.join(root, 'packages/core/src/errors/codes.ts'));
const { ERROR_MEANINGS } = await import(path.join(root, 'packages/core/src/errors/meanings.ts'));

const rows = Object.entries(ERROR_CODES).map(
  ([code, { retryable, category }]) =>
    `| \`${code}\` | ${ERROR_MEANINGS[code]} | ${retryable ? 'yes' : 'no'} | ${category} |`,
);
const text = `# Error codes

The \`code\` of an error: in \`error\` of a task or run, as the type of a Temporal failure, and in \`config.retry_policy.non_retryable_error_types\`.
"Retried" says whether the retry policy of the task applies; "who" says who can do something about it.

| Code | Meaning | Retried | Who |
|---|---|---|---|
${rows.join('\n')}
`;

if (process.argv.includes('--write')) {
  writeFileSync(page, text);
  process.exit(0);
}

const problems = [];
if (readFileSync(page, 'utf8') !== text)
  problems.push(
    'docs/reference/errors.md is not what the table says; run `node tooling/checks/errors-reference.mjs --write`',
  );
const sources = ['packages', 'apps']
  .flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true }).map((name) => path.join(folder, name)))
  .filter(
    (name) =>
      name.endsWith('.ts') &&
      name.includes('/src/') &&
      !/node_modules|\/dist\/|\.test\.ts$|errors\/(codes|meanings)\.ts$/.test(name),
  )
  .map((name) => readFileSync(path.join(root, name), 'utf8'))
  .join('\n');
for (const code of Object.keys(ERROR_CODES)) {
  if (!sources.includes(`'${code}'`)) problems.push(`nothing raises ${code}`);
}
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
