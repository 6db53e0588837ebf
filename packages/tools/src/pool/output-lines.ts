import { StringDecoder } from 'node:string_decoder';

export interface OutputLinesOptions {
  /** Bytes after which a call is over; they are taken out of the stream. */
  readonly marker: Buffer;
  readonly onMarker: () => void;
  readonly lineLimit?: number;
  /** Characters that are passed on until {@link OutputLines.attach} is called again. */
  readonly totalLimit?: number;
}

type Sink = (text: string) => void;

/**
 * Cuts what a tool prints into lines. Memory is bounded: a long line is cut, and beyond the total everything is read
 * and dropped with one note. Lines that come before a sink is attached are kept for it.
 */
export class OutputLines {
  readonly #marker: Buffer;
  readonly #onMarker: () => void;
  readonly #lineLimit: number;
  readonly #totalLimit: number;
  readonly #early: string[] = [];
  #decoder = new StringDecoder('utf8');
  #carry = Buffer.alloc(0);
  #line = '';
  #cut = false;
  #passed = 0;
  #noted = false;
  #sink: Sink | undefined;
  /** Whether V8 said that its heap is full. */
  sawHeapLimit = false;

  constructor(options: OutputLinesOptions) {
    this.#marker = options.marker;
    this.#onMarker = options.onMarker;
    this.#lineLimit = options.lineLimit ?? 8_192;
    this.#totalLimit = options.totalLimit ?? 1_048_576;
  }

  /** The last lines that no call has got yet. */
  get early(): readonly string[] {
    return this.#early.slice(-10);
  }

  attach(sink: Sink | undefined): void {
    this.#sink = sink;
    for (const text of this.#early.splice(0)) this.#deliver(text);
    this.#passed = 0;
    this.#noted = false;
  }

  /** What comes from now on belongs to no call and is dropped. */
  detach(): void {
    this.#line = '';
    this.#cut = false;
    this.#sink = undefined;
    this.#passed = this.#totalLimit;
    this.#noted = true;
  }

  push(chunk: Buffer): void {
    let data = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    for (let at = data.indexOf(this.#marker); at !== -1; at = data.indexOf(this.#marker)) {
      this.#text(data.subarray(0, at));
      this.flush();
      data = data.subarray(at + this.#marker.length);
      this.#onMarker();
    }
    const kept = this.#partialMarker(data);
    this.#carry = Buffer.from(data.subarray(data.length - kept));
    this.#text(data.subarray(0, data.length - kept));
  }

  /** Ends the line that is open. */
  flush(): void {
    const rest = this.#decoder.end();
    if (rest !== '') this.#append(rest);
    if (this.#line !== '' && !this.#cut) this.#emit(this.#line);
    this.#line = '';
    this.#cut = false;
  }

  /** Length of the end of `data` that may be the start of a marker. */
  #partialMarker(data: Buffer): number {
    const start = Math.max(0, data.length - this.#marker.length + 1);
    for (let at = start; at < data.length; at++) {
      if (data.subarray(at).equals(this.#marker.subarray(0, data.length - at))) return data.length - at;
    }
    return 0;
  }

  #text(bytes: Buffer): void {
    this.sawHeapLimit ||= bytes.includes('heap out of memory');
    if (bytes.length === 0 || (this.#noted && !this.#cut && this.#line === '')) return;
    const lines = this.#decoder.write(bytes).split('\n');
    for (const [index, text] of lines.entries()) {
      this.#append(text);
      if (index === lines.length - 1) break;
      if (!this.#cut) this.#emit(this.#line);
      this.#line = '';
      this.#cut = false;
    }
  }

  #append(text: string): void {
    if (this.#cut) return;
    this.#line += text;
    if (this.#line.length <= this.#lineLimit) return;
    this.#emit(`${this.#line.slice(0, this.#lineLimit)} … [line cut]`);
    this.#line = '';
    this.#cut = true;
  }

  #emit(line: string): void {
    if (this.#noted) return;
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    this.#passed += text.length + 1;
    if (this.#passed > this.#totalLimit) {
      this.#noted = true;
      this.#deliver(`[output beyond ${this.#totalLimit} characters dropped]`);
    } else {
      this.#deliver(text);
    }
  }

  #deliver(text: string): void {
    if (this.#sink === undefined) {
      if (this.#early.length < 1_000) this.#early.push(text);
      return;
    }
    try {
      this.#sink(text);
    } catch {
      // A log that fails must not fail the tool.
    }
  }
}
