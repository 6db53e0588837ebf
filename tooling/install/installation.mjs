import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

const LIMIT_MS = 600_000;

/** A folder with packages from npm. What runs in it has nothing of the workspace around it. */
export function createInstallation(dir) {
  // pnpm leads its children to the packages of the workspace.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_PATH$|PNPM_)/i.test(name));
  const searchPath = (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((entry) => !entry.includes('node_modules'))
    .join(path.delimiter);

  const start = (command, args, { node = process.execPath, env = {} } = {}) =>
    spawn(command, args, {
      cwd: dir,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      env: {
        ...Object.fromEntries(inherited),
        PATH: [path.dirname(node), searchPath].join(path.delimiter),
        NO_COLOR: '1',
        ...env,
      },
    });

  const run = async (command, args, options = {}) => {
    const child = start(command, args, options);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    return { code, stdout, stderr, output: `${stdout}${stderr}`.trim() };
  };

  return {
    dir,
    start,
    run,
    node: (node, args, options) => run(node, args, { ...options, node }),
    writeManifest: (manifest) => writeFile(path.join(dir, 'package.json'), JSON.stringify(manifest, null, 2)),
    write: (name, text) => writeFile(path.join(dir, name), text),
    async npm(args) {
      const { code, output } = await run('npm', [
        ...args,
        '--no-audit',
        '--no-fund',
        '--prefer-offline',
        '--loglevel=error',
      ]);
      return code === 0 ? [] : [output];
    },
  };
}
