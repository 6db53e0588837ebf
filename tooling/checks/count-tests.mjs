/** What a test file is, by its name; the first that fits. */
const PATTERNS = {
  temporal: /\.temporal\.test\.ts$/,
  property: /\.property\.test\.ts$/,
  scenario: /(^|\/)[^/]*scenarios[^/]*\.test\.ts$/,
  unit: /./,
};

export const KINDS = ['unit', 'property', 'scenario', 'temporal'];

/** The tests that run each scenario once, in the machine and on a server. */
const SCENARIOS = /(^|\/)scenarios(\.temporal)?\.test\.ts$/;

/**
 * The counts of one vitest run. A file that could not be loaded, and a run that failed outside of any test, count as one
 * failed test each, so that the closing line never says less than the exit code.
 */
export function countTests({ project, report, code, pathOf }) {
  const ran = Object.fromEntries(KINDS.map((kind) => [kind, 0]));
  let [passed, failed, skipped, scenarios] = [0, 0, 0, 0];
  for (const file of report?.testResults ?? []) {
    const path = pathOf(file.name);
    const kind = Object.keys(PATTERNS).find((name) => PATTERNS[name].test(path));
    for (const { status } of file.assertionResults) {
      if (status === 'passed') passed += 1;
      else if (status === 'failed') failed += 1;
      else skipped += 1;
      if (status === 'passed' && SCENARIOS.test(path)) scenarios += 1;
      if (status === 'passed' || status === 'failed') ran[kind] += 1;
    }
    if (file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed')) failed += 1;
  }
  let problem;
  if (code !== 0 && failed === 0) {
    failed += 1;
    problem = report === undefined ? 'vitest wrote no report' : 'vitest failed outside of any test';
  }
  return { project, ran, passed, failed, skipped, scenarios, problem };
}
