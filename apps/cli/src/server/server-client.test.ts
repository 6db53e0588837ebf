import { describe, expect, it } from 'vitest';
import { drop, json, problem, startScriptedServer } from '../../test/scripted-server.js';
import { createServerClient, type ServerClientOptions } from './server-client.js';

const KEY = 'cpzy_secret';
const clientOf = (url: string, more: Partial<ServerClientOptions> = {}) =>
  createServerClient({ url, timeoutMs: 20_000, ...more });

describe('createServerClient', () => {
  it.each(['', '/', '/api/v0', '/api/v0/'])('finds the API at an address that ends with "%s"', async (end) => {
    await using server = await startScriptedServer(json({ workflows: [] }));
    expect(await clientOf(`${server.url}/behind/a/proxy${end}`).get('/workflows', { a: 1, b: undefined })).toEqual({
      workflows: [],
    });
    expect(server.seen[0]!.path).toBe('/behind/a/proxy/api/v0/workflows?a=1');
  });

  it('sends the body as it is, and the key in its header', async () => {
    await using server = await startScriptedServer(json({ done: true }));
    const body = { input: { name: 'Ada' } };
    const client = clientOf(server.url, { apiKey: KEY });
    const answer = await client.send('POST', '/x', { body, isRepeatable: true, idempotencyKey: 'k' });
    expect(answer.body).toEqual({ done: true });
    const [{ headers, ...seen }] = server.seen as [(typeof server.seen)[number]];
    expect({ ...seen, body: JSON.parse(seen.body) as object }).toEqual({ method: 'POST', path: '/api/v0/x', body });
    expect(headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'content-type': 'application/json',
      'idempotency-key': 'k',
    });
  });

  const retryAfter = { 'retry-after': '0' };
  it.each([
    ['a lost answer', drop],
    ['a server that cannot answer now', problem(503, 'Api.Unavailable')],
    ['a gateway without a server', json({}, 502)],
    ['an earlier try that goes on', problem(409, 'Api.Conflict', retryAfter)],
    ['too many requests', problem(429, 'Api.TooManyRequests', retryAfter)],
  ])('sends again what may be repeated after %s', async (_name, first) => {
    await using server = await startScriptedServer(first, first, json({ ok: true }));
    const { body } = await clientOf(server.url).send('POST', '/x', { body: { a: 1 }, isRepeatable: true });
    expect(body).toEqual({ ok: true });
    expect(server.seen.map((request) => request.body)).toEqual(['{"a":1}', '{"a":1}', '{"a":1}']);
  });

  it.each([
    ['a lost answer', drop, { reason: 'dropped' }],
    ['a server that cannot answer now', problem(503, 'Api.Unavailable'), { status: 503 }],
    ['a conflict', problem(409, 'Api.Conflict'), { status: 409 }],
  ])('sends once what may not be repeated, and gives up after %s', async (_name, first, failure) => {
    await using server = await startScriptedServer(first, json({ ok: true }));
    const sent = clientOf(server.url).send('POST', '/x', { isRepeatable: false });
    await expect(sent).rejects.toMatchObject({ name: expect.any(String) as string, ...failure });
    expect(server.seen).toHaveLength(1);
  });

  it('sends even that again when it was not let in', async () => {
    await using server = await startScriptedServer(
      problem(429, 'Api.TooManyRequests', { 'retry-after': '0' }),
      json({ ok: true }),
    );
    expect((await clientOf(server.url).send('POST', '/x', { isRepeatable: false })).body).toEqual({ ok: true });
  });

  it('does not wait for a time that is too far away', async () => {
    await using server = await startScriptedServer(problem(429, 'Api.TooManyRequests', { 'retry-after': '3600' }));
    await expect(clientOf(server.url).get('/x')).rejects.toMatchObject({ retryAfterMs: 3_600_000 });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    [400, 'Api.Malformed', 2],
    [422, 'Input.Invalid', 2],
    [404, 'Config.UnknownWorkflow', 2],
    [401, 'Api.Unauthorized', 1],
    [403, 'Api.Forbidden', 1],
    [404, 'Api.NotFound', 1],
    [500, 'Api.Internal', 1],
  ])('makes of %i %s one line and exit code %i, at once', async (status, code, exitCode) => {
    await using server = await startScriptedServer(problem(status, code));
    await expect(clientOf(server.url).get('/x')).rejects.toMatchObject({
      code: exitCode,
      status,
      message: expect.stringMatching(new RegExp(`^${code}: detail of ${code}`)) as string,
    });
    expect(server.seen).toHaveLength(1);
  });

  it('gives the key to nobody whom the server names', async () => {
    await using thief = await startScriptedServer(json({ ok: true }));
    await using server = await startScriptedServer(json({}, 307, { location: `${thief.url}/api/v0/x` }));
    await expect(clientOf(server.url, { apiKey: KEY }).get('/x')).rejects.toMatchObject({
      code: 1,
      message: `What listens at ${server.url} is not a compozy-worker: it answers 307 to ${thief.url}/api/v0/x`,
    });
    expect(thief.seen).toEqual([]);
  });

  it.each([
    ['a page', json({ hello: 'world' }, 404), 'it answers 404'],
    ['no JSON', ((response) => void response.end('<html>')) as typeof drop, 'its answer is not JSON'],
  ])('says that %s comes from something else', async (_name, reply, why) => {
    await using server = await startScriptedServer(reply);
    const message = expect.stringContaining(`is not a compozy-worker: ${why}`) as string;
    await expect(clientOf(server.url).get('/x')).rejects.toMatchObject({ code: 1, message });
  });

  it('gives up at once where nobody is, and after its time where nobody answers', async () => {
    const server = await startScriptedServer(json({}));
    await server[Symbol.asyncDispose]();
    await expect(clientOf(server.url).get('/x')).rejects.toMatchObject({
      reason: 'refused',
      message: expect.stringContaining('Start one with "compozy dev" or') as string,
    });
    await using silent = await startScriptedServer(() => undefined);
    await expect(clientOf(silent.url, { timeoutMs: 100 }).get('/x')).rejects.toMatchObject({
      reason: 'late',
      message: expect.stringContaining('nothing within 0.1 s') as string,
    });
    expect(silent.seen).toHaveLength(1);
  });

  it('does not say that nothing was sent when the first answer was lost', async () => {
    await using server = await startScriptedServer((response) => {
      response.socket?.destroy();
      void server[Symbol.asyncDispose]();
    });
    const sent = clientOf(server.url, { retryMs: 1_000 }).send('POST', '/x', { isRepeatable: true });
    await expect(sent).rejects.toMatchObject({ reason: 'dropped' });
    expect(server.seen).toHaveLength(1);
  });

  it.each(['nix', 'ftp://host', 'http://host?a=b', '', 'http://name:secret@host'])(
    'refuses the address "%s"',
    (url) => {
      const create = () => clientOf(url);
      expect(create).toThrow(/^--server/);
      expect(create).not.toThrow('secret');
    },
  );

  it('refuses a key that no header can have, without repeating it', () => {
    const create = () => clientOf('http://host', { apiKey: 'first\nsecond' });
    expect(create).toThrow('The API key has characters');
    expect(create).not.toThrow('first');
  });
});
