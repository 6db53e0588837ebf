import { once } from 'node:events';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { connect, type TemporalSettings } from './connection.js';
import { describeRefusal } from './describe-refusal.js';

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
});

async function messageOf(settings: TemporalSettings): Promise<string> {
  const error: unknown = await connect(settings).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'Server.Unreachable', details: { address: settings.hostPort } });
  return (error as Error).message;
}

/** Listens while `work` runs. */
async function beside<T>(server: Server, work: (address: string) => Promise<T>): Promise<T> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

/** A server of gRPC that answers every call with a status. */
function answering(status: number, message: string): Server {
  const server = createHttp2Server();
  server.on('stream', (stream: ServerHttp2Stream) => {
    const answer = { 'content-type': 'application/grpc', 'grpc-status': status, 'grpc-message': message };
    stream.respond({ ':status': 200, ...answer }, { endStream: true });
  });
  return server;
}

describe('a connection that is not made says why', () => {
  it('nobody listens', async () => {
    expect(await messageOf({ hostPort: '127.0.0.1:1' })).toBe(
      'No Temporal server answers at 127.0.0.1:1: the connection is refused; start one, or correct the address',
    );
  });

  it.each([
    ['host.invalid:7233', 'the name of the host is not known'],
    ['http://', 'this is no address; write host:port'],
  ])('%s', async (hostPort, cause) => {
    expect(await messageOf({ hostPort })).toContain(`No Temporal server answers at ${hostPort}: ${cause}`);
  });

  it('TLS is on here, and off there', async () => {
    const message = await beside(answering(0, ''), (hostPort) => messageOf({ hostPort, tls: true }));
    expect(message).toContain('does not speak TLS; switch TLS off');
  });

  it('TLS is off here, and on there', async () => {
    const server = createTlsServer();
    server.on('tlsClientError', () => undefined);
    const message = await beside(server, (hostPort) => messageOf({ hostPort }));
    expect(message).toContain('switch TLS on if it wants that');
  });

  it.each([
    ['the key is wrong', 16, 'key-swordfish', 'does not accept the API key'],
    ['there is no key', 16, undefined, 'wants an API key'],
    ['the key may not', 7, 'key-swordfish', 'does not permit this'],
  ])('%s', async (_name, status, apiKey, cause) => {
    const message = await beside(answering(status, 'no key-swordfish here'), (hostPort) =>
      messageOf({ hostPort, tls: false, ...(apiKey === undefined ? {} : { apiKey }) }),
    );
    expect(message).toContain(cause);
    expect(message).not.toContain('swordfish');
  });

  it('the certificate and the key of the client are none', async () => {
    const tls = { clientCert: Buffer.from('swordfish'), clientKey: Buffer.from('swordfish') };
    const message = await messageOf({ hostPort: '127.0.0.1:1', tls });
    expect(message).toContain('give both as PEM');
  });

  it('the certificate of the server is not trusted, in the words of the SDK', () => {
    const said = 'ConnectError(Custom { kind: InvalidData, error: InvalidCertificate(Other(CaUsedAsEndEntity)) })';
    expect(describeRefusal({ hostPort: 'a:1', tls: true }, new Error(said))).toContain('name the CA that signed it');
  });

  it('nobody knows why', () => {
    expect(describeRefusal({ hostPort: 'a:1' }, new Error('key-swordfish'))).toBe(
      'No Temporal server answers at a:1; start one, or correct the address',
    );
  });
});
