// `pnpm fuzz:api`: schemathesis against a real compozy-worker, with and without API keys. Generated requests, valid and
// not, must get the answers that the OpenAPI document describes. `--short` makes few cases from a fixed seed, for CI;
// `--seed n` and `--examples n` change what is made, `--keep` keeps the reports of a run that found nothing.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startDevServer } from '../packages/dev-server/dist/index.js';
import { findSchemathesis } from './fuzz-api/find-schemathesis.mjs';
import { startSample } from './fuzz-api/start-sample.mjs';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    examples: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const examples = values.examples ?? (values.short ? '5' : '100');
const STREAMS = ['workflows', 'tasks'].map((kind) => `/api/v0/executions/${kind}/{exec_id}/stream`);
/** Stateful tests go from answer to answer; a stream of an execution that never ends would hold them for ever. */
const RUNS = [
  {
    name: 'routes',
    phases: 'examples,coverage,fuzzing,stateful',
    args: STREAMS.flatMap((route) => ['--exclude-path', route]),
  },
  { name: 'stream', phases: 'examples,coverage,fuzzing', args: STREAMS.flatMap((route) => ['--include-path', route]) },
];

/** Exit code where the program cannot be had. */
const NOT_THERE = 3;

const startedAt = performance.now();
const schemathesis = await findSchemathesis().catch((error) => {
  console.error(error.message);
  process.exit(NOT_THERE);
});
const dir = await mkdtemp(path.join(tmpdir(), 'compozy-fuzz-report-'));
const temporal = await startDevServer({ log: console.log });
let cases = 0;
let failed = false;
try {
  for (const withKeys of [false, true]) {
    const sample = await startSample({ temporal: temporal.address, withKeys });
    try {
      for (const run of RUNS) await fuzz(run, sample, withKeys);
    } finally {
      await sample.stop();
    }
    for (const error of new Set(sample.errors)) {
      failed = true;
      console.log(`the worker logged an error: ${error}`);
    }
  }
} finally {
  await temporal.stop();
}
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
console.log(
  `${failed ? 'FAILED' : 'ok    '}  ${cases} cases, ${seconds} s${failed || values.keep ? `; reports in ${dir}` : ''}`,
);
if (!failed && !values.keep) await rm(dir, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;

async function fuzz({ name, phases, args }, { url, headers, known }, withKeys) {
  const title = `${name} ${withKeys ? 'with' : 'without'} API keys`;
  const label = title.replaceAll(' ', '-');
  const document = await describe(url, headers, known);
  const schema = path.join(dir, `${label}.openapi.json`);
  await writeFile(schema, JSON.stringify(document));
  const report = path.join(dir, `${label}.json`);
  const command = [
    ['--config-file', path.join(import.meta.dirname, 'fuzz-api/schemathesis.toml'), 'run', schema, '--url', url],
    ['--phases', phases, '--max-examples', examples, '--seed', values.seed, '--checks', 'all'],
    ['--no-color', '--request-timeout', '120', '--report-json-path', report],
    values.short ? ['--generation-deterministic'] : ['--generation-database', 'none'],
    Object.entries(headers).flatMap(([header, value]) => ['--header', `${header}: ${value}`]),
    args,
  ].flat();
  const { code, output } = await runProgram(schemathesis, command);
  await writeFile(path.join(dir, `${label}.log`), output);
  const count = Number(/(\d+) generated/.exec(output)?.[1] ?? 0);
  cases += count;
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${title}: ${count} cases`);
  if (code === 0 && count > 0) return;
  failed = true;
  console.log(output);
}

/** The document that the server shows, where every id may be one that exists: so requests get past the first 404. */
async function describe(url, headers, known) {
  const answer = await fetch(`${url}/api/v0/openapi.json`, { headers });
  const document = await answer.json();
  for (const [route, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations)) {
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in !== 'path') continue;
        const ids = (parameter.name === 'exec_id' && known.executionsOf[route]) || known[parameter.name];
        parameter.examples = Object.fromEntries(ids.map((value, index) => [`known${index}`, { value }]));
        parameter.schema = { anyOf: [{ enum: ids }, parameter.schema] };
      }
    }
  }
  return document;
}

function runProgram(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (text) => (output += text);
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
