const TOKEN_BYTES = 8;
const HEADER_BYTES = 4 + TOKEN_BYTES;

/** Bytes that are no frame of ours: a tool wrote to the channel, or a frame is over the limit. */
export class FrameError extends Error {
  readonly reason: 'damaged' | 'too-large';

  constructor(reason: 'damaged' | 'too-large') {
    super(reason === 'damaged' ? 'foreign bytes on the result channel' : 'frame over the size limit');
    this.reason = reason;
  }
}

/**
 * One message of the channel between worker and tool process: length, token, JSON text. The token is random per process
 * and never given to the tool, so that bytes which a tool writes to the descriptor are told from a result.
 */
export function encodeFrame(token: Buffer, json: string): Buffer {
  const length = Buffer.byteLength(json);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length);
  frame.writeUInt32LE(length, 0);
  token.copy(frame, 4);
  frame.write(json, HEADER_BYTES);
  return frame;
}

/** Cuts a byte stream into frames; without a token it adopts the one of the first frame. */
export class FrameReader {
  readonly #maxBytes: number;
  #token: Buffer | undefined;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(options: { readonly token?: Buffer; readonly maxBytes: number }) {
    this.#token = options.token;
    this.#maxBytes = options.maxBytes;
  }

  get token(): Buffer | undefined {
    return this.#token;
  }

  /** JSON texts that are complete now. @throws FrameError, after which the stream is of no use. */
  push(chunk: Buffer): string[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const texts: string[] = [];
    while (this.#size >= HEADER_BYTES) {
      const length = this.#head(HEADER_BYTES).readUInt32LE(0);
      const token = this.#head(HEADER_BYTES).subarray(4, HEADER_BYTES);
      this.#token ??= Buffer.from(token);
      if (!token.equals(this.#token)) throw new FrameError('damaged');
      if (length > this.#maxBytes) throw new FrameError('too-large');
      if (this.#size < HEADER_BYTES + length) break;
      const all = this.#head(HEADER_BYTES + length);
      texts.push(all.toString('utf8', HEADER_BYTES, HEADER_BYTES + length));
      const rest = all.subarray(HEADER_BYTES + length);
      this.#chunks[0] = rest;
      this.#size -= HEADER_BYTES + length;
    }
    return texts;
  }

  /** The first chunk, grown until it holds `length` bytes. Joining only then keeps large frames linear. */
  #head(length: number): Buffer {
    const first = this.#chunks[0] ?? Buffer.alloc(0);
    if (first.length >= length) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
