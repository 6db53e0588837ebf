// Writes packages/core/src/template/__fixtures__/*.jsonl: what the real text/template and sprig make of cases/*.mjs.
// Needs Go. Options: --compare lists where our engine differs, --only TOPIC.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOracle, evaluate } from './engine.mjs';

const target = join(import.meta.dirname, '../../packages/core/src/template/__fixtures__');
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
const compare = process.argv.includes('--compare');

/** A line `{"data": …}` holds for the cases after it. */
function fixture(answers) {
  let data;
  let text = '';
  for (const { d, msg, ...answer } of answers) {
    const next = JSON.stringify(d ?? {});
    if (next !== data) text += `{"data":${next}}\n`;
    data = next;
    const reason = msg?.replace(/^template: [^:]*:(?:\d+:)* (?:executing "[^"]*" )?/, '').replace(/^template: /, '');
    text += `${JSON.stringify(reason === undefined ? answer : { ...answer, msg: reason.slice(0, 160) })}\n`;
  }
  return text;
}

using oracle = buildOracle();
mkdirSync(target, { recursive: true });
let total = 0;
let different = 0;
for (const file of readdirSync(join(import.meta.dirname, 'cases')).toSorted()) {
  const topic = file.replace(/\.mjs$/, '');
  if (only !== undefined && topic !== only) continue;
  const { cases } = await import(`./cases/${file}`);
  const seen = new Set();
  const unique = cases
    .map(([t, d, n]) => ({ t, ...(d === undefined ? {} : { d }), ...(n === undefined ? {} : { n }) }))
    .filter((one) => !seen.has(JSON.stringify(one)) && seen.add(JSON.stringify(one)));
  const answers = oracle.ask(unique);
  total += answers.length;
  writeFileSync(join(target, `${topic}.jsonl`), fixture(answers));
  if (!compare) continue;
  for (const answer of answers) {
    const ours = evaluate(answer);
    if (ours.out === answer.out && ours.err === answer.err) continue;
    different += 1;
    console.log(`${topic}: ${JSON.stringify(answer.t)} ${answer.d === undefined ? '' : JSON.stringify(answer.d)}`);
    console.log(`   go   ${JSON.stringify(answer.out ?? [answer.err, answer.msg])}`);
    console.log(`   ours ${JSON.stringify(ours.out ?? [ours.err, ours.msg])}`);
  }
}
console.log(`${total} cases${compare ? `, ${different} different` : ''}`);
