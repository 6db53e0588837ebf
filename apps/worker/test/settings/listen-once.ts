import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** The first bytes of the first connection. */
  readonly first: Promise<Buffer>;
}

/** A server that only listens to how it is spoken to; `answer` may say something back. */
export async function listenOnce(answer: (socket: Socket, data: Buffer) => void = () => undefined): Promise<Listener> {
  const first = Promise.withResolvers<Buffer>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => {
      first.resolve(data);
      answer(socket, data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    first: first.promise,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
