// The import rules of the workspace: who may know whom. `pnpm boundaries` runs them.
const { builtinModules } = require('node:module');

const TESTS = '(^packages/[^/]+/test/|\\.(test|test-d)\\.ts$|/__fixtures__/)';

/** Parts of core that run where Node is: reading projects, storing large values, databases, test support. */
const CORE_ON_NODE = '^packages/core/src/(loader|blobs|sql|testing)/';

/** Parts of core that Temporal's sandbox evaluates. */
const CORE_IN_SANDBOX =
  '^packages/core/src/(index\\.ts|(interpreter|model|template|condition|errors|protocol)/|tasks/([^/]+/behavior|behaviors)\\.ts)';

const SANDBOX_ENTRIES = '^packages/(core/src/(index|interpreter/index)\\.ts|[^/]+/src/(workflow|common)/)';

/** npm packages that are too large or not deterministic for the sandbox. */
const NOT_IN_SANDBOX = 'node_modules/(zod|ajv|ajv-formats|yaml|ai)/';

// dependency-cruiser reads TypeScript with swc here, because TypeScript 7 has no compiler API. The visitor that it takes
// from swc is older than `using`, and throws on what it does not know.
const { Visitor } = require('@swc/core/Visitor.js');
const { visitStatement } = Visitor.prototype;
Visitor.prototype.visitStatement = function visitStatementOrUsing(statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement);
  statement.decls = this.visitVariableDeclarators(statement.decls);
  return statement;
};

/** The order inside core: a part knows those before its own line, and itself. */
const CORE_LAYERS = [
  ['model'],
  ['errors', 'ports', 'protocol'],
  ['template'],
  ['condition'],
  ['tasks'],
  ['interpreter', 'schema', 'graph'],
  ['blobs', 'memory', 'sql'],
  ['loader', 'late'],
  ['testing'],
];

const coreLayerRules = CORE_LAYERS.flatMap((layer, index) =>
  layer.map((part) => {
    const mayKnow = [part, ...(index === 1 ? layer : []), ...CORE_LAYERS.slice(0, index).flat()];
    return {
      name: `core-order-${part}`,
      comment: `core/src/${part} may know: ${mayKnow.join(', ')}.`,
      severity: 'error',
      from: { path: `^packages/core/src/${part}/`, pathNot: TESTS },
      to: { path: '^packages/core/src/', pathNot: `^packages/core/src/(${mayKnow.join('|')})/` },
    };
  }),
);

module.exports = {
  forbidden: [
    ...coreLayerRules,
    {
      name: 'no-cycles',
      comment: 'A cycle makes the order of evaluation an accident, and neither half can be understood alone.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'The module does not exist, or its package is not among the dependencies.',
      severity: 'error',
      from: {},
      // A bin file names what the build makes.
      to: { couldNotResolve: true, pathNot: '/dist/' },
    },
    {
      name: 'no-undeclared-package',
      comment: 'Works here by hoisting, fails for whoever installs the package.',
      severity: 'error',
      // Test tools are dependencies of the workspace root.
      from: { pathNot: TESTS },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'siblings-meet-in-core',
      comment: 'Packages never import each other, not even types; what they share is in @compozy/core.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/', pathNot: ['^packages/testing/', TESTS] },
      to: { path: '^packages/', pathNot: '^packages/(core|$1)/' },
    },
    {
      name: 'tests-use-dev-server-and-testing-only',
      comment: 'A test may start a server and use the shared test utilities, but knows no sibling either.',
      severity: 'error',
      from: {
        path: '^packages/([^/]+)/(test/|.*\\.(test|test-d)\\.ts$|.*/__fixtures__/)',
        pathNot: '^packages/testing/',
      },
      to: {
        path: '^packages/',
        // Tests share the starters of real servers.
        pathNot: '^packages/((core|dev-server|testing|$1)/|store/test/servers/)',
      },
    },
    {
      name: 'core-knows-nobody',
      comment: 'Everything depends on core; its source and its tests depend on nothing of ours.',
      severity: 'error',
      from: { path: '^packages/core/' },
      to: { path: '^(packages/(?!core/)|apps/)' },
    },
    {
      name: 'packages-do-not-know-apps',
      comment: 'Apps compose packages. @compozy/testing alone may use the composition that the worker offers.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/worker/' },
    },
    {
      name: 'packages-do-not-know-the-worker',
      comment: 'Apps compose packages. @compozy/testing alone may use the composition that the worker offers.',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/testing/' },
      to: { path: '^apps/worker/' },
    },
    {
      name: 'worker-does-not-know-cli',
      comment: 'The CLI is a user of the worker.',
      severity: 'error',
      from: { path: '^apps/worker/' },
      to: { path: '^apps/cli/' },
    },
    {
      name: 'only-entry-points',
      comment: 'Another package is what its exports say; its files are its own.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: {
        path: '^(packages|apps)/[^/]+/(src|test|dist)/',
        // Tests share the starters of real servers.
        pathNot: '^($1/$2/|packages/store/test/(servers/|sample-execution))',
        dependencyTypes: ['local'],
      },
    },
    {
      name: 'core-is-pure',
      comment: 'Core has no I/O, so that it runs in Temporal’s sandbox, in a browser and in a test alike.',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: [CORE_ON_NODE, TESTS] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-without-temporal',
      comment: 'Core describes the contract; the Temporal shell is in @compozy/workflows and @compozy/activities.',
      severity: 'error',
      from: { path: '^packages/core/' },
      to: { path: 'node_modules/@temporalio/' },
    },
    {
      name: 'no-schemas-in-the-sandbox',
      comment: 'What the machine reaches is evaluated by every worker: no zod, ajv or yaml, directly or indirectly.',
      severity: 'error',
      from: { path: CORE_IN_SANDBOX, pathNot: TESTS },
      to: { path: NOT_IN_SANDBOX },
    },
    {
      name: 'sandbox-reaches-no-node',
      comment: 'One import anywhere in the graph of a workflow entry fails the worker of every user.',
      severity: 'error',
      from: { path: SANDBOX_ENTRIES, pathNot: TESTS },
      to: { path: `(^(node:)?(${builtinModules.join('|')})$|${NOT_IN_SANDBOX})`, reachable: true },
    },
    {
      name: 'workflow-realm',
      comment:
        'src/workflow imports src/common, @compozy/core, @compozy/core/interpreter, @temporalio/workflow and @temporalio/common.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/workflow/', pathNot: TESTS },
      to: {
        pathNot: [
          '^packages/$1/src/(workflow|common)/',
          '^packages/core/src/(index|interpreter/index)\\.ts$',
          'node_modules/@temporalio/(workflow|common)/',
        ],
      },
    },
    {
      name: 'common-realm',
      comment: 'src/common is part of both realms, so it may use only what both have.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/common/', pathNot: TESTS },
      to: {
        pathNot: [
          '^packages/$1/src/common/',
          '^packages/core/src/(index|interpreter/index)\\.ts$',
          'node_modules/@temporalio/common/',
        ],
      },
    },
    {
      name: 'tests-stay-out-of-the-package',
      comment: 'Test files are not published, so nothing published may import one.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/', pathNot: TESTS },
      to: { path: TESTS },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|apps)/[^/]+/(dist|\\.turbo|\\.compozy)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@compozy/source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
