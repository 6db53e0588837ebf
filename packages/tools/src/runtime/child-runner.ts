/**
 * Main module of a tool process. Reads frames from descriptor 3, loads the bundle, runs one call at a time.
 *
 * Ends by itself when the channel closes, so that no process outlives its worker. Everything here is taken from the
 * runtime before the bundle is loaded, because a tool may replace globals.
 */
import nodeModule, { createRequire } from 'node:module';
import { encodeFrame, FrameReader } from './frame.js';
import { describeThrown } from './describe-thrown.js';
import type { ChildMessage, ParentMessage } from './message.js';
import { openChannel } from './open-channel.js';
import { serializeOutput } from './serialize-output.js';
import { collectToolFunctions, createToolLogger, type ToolFunction } from './tool-function.js';

type Call = Extract<ParentMessage, { kind: 'call' }>;
type Init = Extract<ParentMessage, { kind: 'init' }>;

const { parse, stringify } = JSON;
const { exit } = process;
const writeStdout = process.stdout.write.bind(process.stdout);
const writeStderr = process.stderr.write.bind(process.stderr);
const reader = new FrameReader({ maxBytes: 2 ** 32 - 1 });
const initialEnv = { ...process.env };
const initialDir = process.cwd();

let settings: Init | undefined;
let functions = new Map<string, ToolFunction>();
let controller: AbortController | undefined;
let dying = false;

function sendText(json: string, done?: () => void): void {
  if (reader.token !== undefined) channel.send(encodeFrame(reader.token, json), done);
}

function send(message: ChildMessage, done?: () => void): void {
  sendText(stringify(message), done);
}

async function load(init: Init): Promise<void> {
  settings = init;
  resolveFromEntrypoint(init);
  if (init.needsRequire) Object.assign(globalThis, { require: createRequire(init.entrypointUrl) });
  try {
    functions = collectToolFunctions((await import(init.bundleUrl)) as Record<string, unknown>);
    send({ kind: 'ready', toolIds: [...functions.keys()] });
  } catch (error) {
    send({ kind: 'load-failed', error: describeThrown(error) }, () => exit(1));
  }
}

/** The bundle may lie outside of the project; its packages are those that the entrypoint sees. */
function resolveFromEntrypoint(init: Init): void {
  // bun has none; named imports of what is missing do not even load.
  nodeModule.registerHooks?.({
    resolve: (specifier, context, nextResolve) =>
      context.parentURL === init.bundleUrl
        ? nextResolve(specifier, { ...context, parentURL: init.entrypointUrl })
        : nextResolve(specifier, context),
  });
}

async function run(call: Call): Promise<void> {
  send({ kind: 'started', id: call.id });
  const fn = functions.get(call.toolId);
  if (fn === undefined) {
    const missing: ChildMessage = { kind: 'not-found', id: call.id, toolIds: [...functions.keys()] };
    return finish(stringify(missing));
  }
  controller = new AbortController();
  restoreProcess();
  try {
    const output = await fn(call.input, call.config, {
      signal: controller.signal,
      logger: createToolLogger((stream, text) => {
        (stream === 'stdout' ? writeStdout : writeStderr)(`${text}\n`);
      }),
      idempotencyKey: call.idempotencyKey,
      env: Object.fromEntries(call.envNames.map((name) => [name, initialEnv[name] ?? ''])),
    });
    const serialized = serializeOutput(output, settings?.outputLimitBytes ?? 0);
    finish(
      serialized.ok
        ? `{"kind":"result","id":${call.id},"output":${serialized.json}}`
        : stringify({ kind: 'bad-output', id: call.id, failure: serialized.failure } satisfies ChildMessage),
    );
  } catch (error) {
    finish(stringify({ kind: 'threw', id: call.id, error: describeThrown(error) } satisfies ChildMessage));
  }
}

/** A call may have changed what the next one takes for granted. */
function restoreProcess(): void {
  for (const name of Object.keys(process.env)) if (!(name in initialEnv)) delete process.env[name];
  for (const [name, value] of Object.entries(initialEnv)) {
    if (value !== undefined && process.env[name] !== value) process.env[name] = value;
  }
  if (process.cwd() !== initialDir) process.chdir(initialDir);
}

function finish(json: string): void {
  if (dying) return;
  const marker = settings?.marker ?? '';
  writeStdout(marker);
  writeStderr(marker);
  sendText(json);
}

function die(origin: 'uncaughtException' | 'unhandledRejection', error: unknown): void {
  if (dying) return;
  dying = true;
  send({ kind: 'fatal', origin, error: describeThrown(error) }, () => exit(1));
}

function abort(reason: 'timeout' | 'canceled'): void {
  const message = reason === 'timeout' ? 'The tool ran out of time' : 'The call was canceled';
  controller?.abort(new DOMException(message, reason === 'timeout' ? 'TimeoutError' : 'AbortError'));
}

process.on('uncaughtException', (error) => die('uncaughtException', error));
process.on('unhandledRejection', (error) => die('unhandledRejection', error));
const channel = openChannel({
  data(chunk) {
    for (const text of reader.push(chunk)) {
      const message = parse(text) as ParentMessage;
      if (message.kind === 'init') void load(message);
      else if (message.kind === 'call') void run(message);
      else abort(message.reason);
    }
  },
  end: () => exit(0),
});
