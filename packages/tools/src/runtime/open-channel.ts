import { createReadStream, writeSync } from 'node:fs';
import { Socket } from 'node:net';

/** The descriptor on which a tool process and its worker talk. */
const CHANNEL_FD = 3;

export interface Channel {
  send(bytes: Buffer, done?: () => void): void;
}

/** Opens the channel of a tool process; `onEnd` is called when the worker is gone. */
export function openChannel(on: { readonly data: (chunk: Buffer) => void; readonly end: () => void }): Channel {
  // bun does not make sockets from descriptors; its descriptor still blocks, so that plain writes are complete.
  const isBun = 'bun' in process.versions;
  const source = isBun ? createReadStream('', { fd: CHANNEL_FD, autoClose: false }) : new Socket({ fd: CHANNEL_FD });
  source.on('data', (chunk) => on.data(Buffer.from(chunk)));
  source.on('error', on.end);
  source.on('end', on.end);
  if (source instanceof Socket) return { send: source.write.bind(source) as Channel['send'] };
  return {
    send(bytes, done) {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(writeSync(CHANNEL_FD, rest));
      done?.();
    },
  };
}
