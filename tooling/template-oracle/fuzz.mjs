// Compares our engine with Go's on random templates: node fuzz.mjs --count N --seed S
import { buildOracle, evaluate } from './engine.mjs';
import { createRandom, Grammar } from './grammar.mjs';

const option = (name, fallback) => {
  const at = process.argv.indexOf(name);
  return at === -1 ? fallback : Number(process.argv[at + 1]);
};
const count = option('--count', 10_000);
const seed = option('--seed', 1);
const shown = option('--show', 15);
const BATCH = 2_000;

using oracle = buildOracle();
let done = 0;
let excused = 0;
let crashes = 0;
const outcomes = {};
const failures = [];
for (let batch = 0; done < count; batch += 1) {
  const random = createRandom(seed * 1_000_003 + batch);
  const cases = Array.from({ length: Math.min(BATCH, count - done) }, () => {
    const grammar = new Grammar(random);
    return { t: grammar.template(), d: grammar.data() };
  });
  // Values that hold themselves kill the oracle.
  const bounded = cases.filter((one) => evaluate(one).err !== 'too-expensive');
  excused += cases.length - bounded.length;
  for (const answer of oracle.ask(bounded)) {
    const ours = evaluate(answer);
    outcomes[answer.err ?? 'text'] = (outcomes[answer.err ?? 'text'] ?? 0) + 1;
    if (same(ours, answer)) continue;
    if (excuse(ours, answer)) excused += 1;
    else {
      if (ours.err === 'crash') crashes += 1;
      failures.push(answer);
    }
  }
  done += cases.length;
}

console.log(
  `${done} templates with seed ${seed}: ${failures.length} different, ${excused} deliberate, ${crashes} crashes`,
);
console.log(`Go: ${JSON.stringify(outcomes)}`);
for (const failure of failures.slice(0, shown)) {
  const small = shrunk(failure);
  const ours = evaluate(small);
  console.log(`\n${JSON.stringify(small.t)}\n   data ${JSON.stringify(small.d)}`);
  console.log(`   go   ${JSON.stringify(small.out ?? [small.err, small.msg?.slice(-200)])}`);
  console.log(`   ours ${JSON.stringify(ours.out ?? [ours.err, ours.msg])}`);
}
process.exitCode = failures.length === 0 ? 0 : 1;

function same(ours, theirs) {
  return ours.out === theirs.out && ours.err === theirs.err;
}

/** Whether a difference is one of those in differences.test.ts. */
function excuse(ours, { t, err, msg = '', out }) {
  if (ours.err === 'too-expensive' || err === 'crash') return true;
  // D-12
  if (err === 'bad-argument' && msg.includes('incompatible types for comparison')) return true;
  // D-13
  if (
    (err === 'unknown-path' || msg.includes('index of nil pointer') || msg.includes('index of untyped nil')) &&
    /\b(default|coalesce|hasKey|empty|if)\b/.test(t)
  )
    return true;
  if (
    /cannot index slice\/array with type|index out of range/.test(msg) &&
    /split.*index|index.*split/.test(t) &&
    /\b(default|coalesce|hasKey|empty|if)\b/.test(t)
  )
    return true;
  // A list of targets without an assignment, which Go takes for one.
  if (ours.err === 'syntax' && /range\s*\$\w*\s*,/.test(t)) return true;
  // D-14
  if (err === 'syntax' && /[.][\p{L}\w]+-|[\w)$][.]\d/u.test(t)) return true;
  // D-10
  if (/\di\b/.test(t) || (ours.err === 'syntax' && ours.msg.includes('is not defined') && /\$/.test(t))) return true;
  // How long a slice may become is up to its capacity in Go; what a copy of a version is, to what it can see.
  if (/^slice: .* is out of range/.test(ours.msg ?? '') || (/[dD]eepCopy/.test(t) && t.includes('semver'))) return true;
  if (msg.includes('expected map[string]interface {}') && t.includes('hasKey')) return true;
  // Local mean times, how Go's source would write a time, and nil that a range found (of no type for Go).
  if (/0001-01-01|0000-|toDate/.test(t + out) && t.includes('InZone') && /Asia|America/.test(t)) return true;
  if (/time\.Date\(/.test(out ?? '') || (/at <\$e?\d*>: wrong type/.test(msg) && t.includes('range'))) return true;
  if (out?.includes('LMT')) return true;
  // Addresses, and what a time is made of.
  return (
    /0x[0-9a-f]{9}|UTC\{|wall|%!\w\(semver|%!\w\(time|\*time\.Location|loc:/.test(out ?? '') ||
    /\((time\.Time|\*semver\.Version)=/.test(ours.out ?? '') ||
    out?.includes('&semver.Version{') ||
    (/printf "[^"]*%(#v|[^vsqT"])/.test(t) && /now|toDate|semver|[dD]ate/.test(t))
  );
}

/** Smaller templates that still differ: pieces are cut out as long as that is so. */
function shrunk(failure) {
  let best = failure;
  for (let round = 0; round < 40; round += 1) {
    const pieces = best.t.match(/\{\{-? |-? ?-?\}\}|"(?:[^"\\]|\\.)*"|[\w$.]+|\s+|./gsu) ?? [];
    const candidates = new Set();
    for (let size = 1; size <= Math.min(pieces.length, 24); size += size < 8 ? 1 : 4) {
      for (let at = 0; at + size <= pieces.length; at += 1) candidates.add(pieces.toSpliced(at, size).join(''));
    }
    const tried = [...candidates].slice(0, 3_000).map((t) => ({ t, d: best.d }));
    const answers = oracle.ask(tried.filter((one) => evaluate(one).err !== 'too-expensive'));
    const smaller = answers.filter((answer) => {
      const ours = evaluate(answer);
      return !same(ours, answer) && !excuse(ours, answer) && (answer.err === best.err || best.err === undefined);
    });
    if (smaller.length === 0) break;
    best = smaller.reduce((a, b) => (b.t.length < a.t.length ? b : a));
  }
  for (const key of Object.keys(best.d)) {
    const { [key]: _dropped, ...d } = best.d;
    const [answer] = oracle.ask([{ t: best.t, d }]);
    const ours = evaluate(answer);
    if (!same(ours, answer) && !excuse(ours, answer) && answer.err === best.err) best = answer;
  }
  return best;
}
