/** What needs a package that somebody has to install for it. */
const CASES = [
  { name: 'pg', make: "createPostgresStore({ url: 'postgres://127.0.0.1:1/none' })", use: 'ping' },
  {
    name: 'ioredis',
    make: "withRedisCache(createSqliteStore({ path: ':memory:' }), { url: 'redis://127.0.0.1:1' })",
    use: 'pingCache',
  },
];

/** Where such a package is missing, one error says which, and how it is installed. */
export async function checkOptionalPeers(app) {
  const problems = [];
  for (const { name, make, use } of CASES) {
    await app.write(
      'optional.mjs',
      `import { createPostgresStore, createSqliteStore, withRedisCache } from '@compozy/store';
try {
  await ${make}.${use}();
} catch (error) {
  console.log(error.code, error.message);
}
process.exit();
`,
    );
    const { output } = await app.node(process.execPath, ['--no-warnings', 'optional.mjs']);
    if (!output.startsWith('Config.Invalid') || !output.includes(`npm install ${name}`)) {
      problems.push(`without ${name}: ${output || 'nothing was said'}`);
    }
  }
  return problems;
}
