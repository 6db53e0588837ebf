import { once } from 'node:events';
import { connect } from 'node:net';
import type { Answer } from './call-server.js';

/** Writes bytes as they are to a new connection, and reads until the server closes it. */
export async function sendRaw(port: number, ...texts: readonly string[]): Promise<Answer> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => (received += text));
  // A server that has refused may close before all was written.
  socket.on('error', () => undefined);
  for (const text of texts) socket.write(text);
  await once(socket, 'close');
  const [head = '', body = ''] = received.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = new Headers(lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
  return {
    status: Number(first.split(' ')[1]),
    headers,
    body: body === '' ? {} : (JSON.parse(body) as Answer['body']),
  };
}
