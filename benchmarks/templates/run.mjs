// Our template engine against Handlebars, precompiled, on the same texts. Interleaved in one run, because the machine's
// speed changes from minute to minute; each measurement is long enough that the clock does not matter.
import { isBlobRef } from '@compozy/core';
import { evaluateTemplate, parseTemplate } from '@compozy/core/template';
import { cases, data, precompiled } from './cases.mjs';

const ROUNDS = Number(process.argv[2] ?? 41);
const MS_EACH = 5;
// As in a run: every value that is looked into might be the secret environment, or stand in the blob store.
const SECRET_ENV = { $env: true };
const isOpaque = (value) => value === SECRET_ENV || isBlobRef(value);
const host = { now: () => 0, random: () => 0.5, isOpaque };

console.log(`µs for one evaluation, medians of ${ROUNDS} interleaved rounds of ${MS_EACH} ms`);
const rows = cases.map(({ name, ours, handlebars }) => {
  const template = precompiled(handlebars);
  // As the interpreter does it: the source is looked up in the cache of parsed templates each time.
  const contenders = [() => evaluateTemplate(parseTemplate(ours), data, host), () => template(data)];
  const [mine, theirs] = contenders.map((contender) => contender().replace(/\n+/g, '\n'));
  if (mine !== theirs) throw new Error(`"${name}" gives two texts:\n${mine}\n---\n${theirs}`);
  return { name, contenders, counts: contenders.map((contender) => countFor(contender)), times: [[], []] };
});
for (let round = 0; round < ROUNDS; round += 1) {
  for (const { contenders, counts, times } of rows) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    for (const which of order) times[which].push(measure(contenders[which], counts[which]));
  }
}

const width = Math.max(...rows.map(({ name }) => name.length));
console.log(`${''.padEnd(width)}      ours  Handlebars  times as fast`);
const slower = [];
for (const { name, times } of rows) {
  const [mine, theirs] = times.map(median);
  const ratio = theirs / mine;
  if (ratio < 1) slower.push(name);
  console.log(
    `${name.padEnd(width)}  ${mine.toFixed(3).padStart(8)}  ${theirs.toFixed(3).padStart(10)}  ${ratio.toFixed(2).padStart(13)}`,
  );
}
console.log(slower.length === 0 ? 'Every ratio is at least 1.' : `Slower than Handlebars: ${slower.join('; ')}`);
process.exitCode = slower.length === 0 ? 0 : 1;

/** How many evaluations last long enough; warms up on the way. */
function countFor(contender) {
  let count = 100;
  for (;;) {
    const ms = (measure(contender, count) * count) / 1000;
    if (ms > MS_EACH) return count;
    count *= 2;
  }
}

function measure(contender, count) {
  const begin = performance.now();
  let read = 0;
  // A character is read, because a text that nobody reads is never put together.
  for (let i = 0; i < count; i += 1) read += contender().charCodeAt(0);
  if (read === 0) throw new Error('nothing was made');
  return ((performance.now() - begin) * 1000) / count;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
