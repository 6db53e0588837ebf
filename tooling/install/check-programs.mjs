import { mkdir } from 'node:fs/promises';
import path from 'node:path';

const OLD = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.19.0'})`;

/** `compozy` and `compozy-worker` as they are installed, on a project with tools in TypeScript. */
export async function checkPrograms(app, node) {
  const problems = [];
  const expectRun = async (args, { code = 0, says, program = 'compozy' }) => {
    const result = await app.node(node, ['--no-warnings', `node_modules/.bin/${program}`, ...args]);
    if (result.code !== code || !says.test(result.output)) {
      problems.push(`${program} ${args.join(' ')} ended with ${result.code}, and said:\n${result.output}`);
    }
  };
  await mkdir(path.join(app.dir, 'hello'), { recursive: true });
  await app.write(
    'hello/compozy.yaml',
    'name: hello\nworkflows: [{ source: ./hello.yaml }]\nruntime: { entrypoint: ./tools.ts }\ntools: [{ id: greet }]\n',
  );
  await app.write(
    'hello/hello.yaml',
    'id: hello\ntasks: [{ id: greet, type: basic, use: tool(greet), with: { name: Ada } }]\noutputs: { text: "{{ .tasks.greet.output.text }}" }\n',
  );
  await app.write(
    'hello/tools.ts',
    'export default { greet: ({ name }: { name: string }) => ({ text: `Hello ${name}` }) };\n',
  );
  await expectRun(['--version'], { says: /^\d+\.\d+\.\d+$/ });
  await expectRun(['validate', 'hello'], { says: /^valid: 0 warning\(s\)/ });
  await expectRun(['run', '--project', 'hello'], { says: /"text": "Hello Ada"/ });
  await expectRun(['graph', '--project', 'hello', '--format', 'svg'], { says: /<svg/ });
  await expectRun(['schema', 'project'], { says: /"host_port"/ });
  await expectRun(['migrate', '--project', 'hello'], { says: /is the newest|version 0 to/ });
  await expectRun(['--version'], { says: /^\d+\.\d+\.\d+$/, program: 'compozy-worker' });
  await expectRun(['--help'], { says: /--temporal-host/, program: 'compozy-worker' });
  for (const program of ['compozy', 'compozy-worker']) {
    const { code, stderr } = await app.node(node, ['--import', OLD, `node_modules/.bin/${program}`, '--help']);
    if (code !== 1 || !stderr.includes('needs Node 22.18 or newer')) problems.push(`${program} on Node 20: ${stderr}`);
  }
  return problems;
}
