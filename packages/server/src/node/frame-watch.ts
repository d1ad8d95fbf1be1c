/**
 * Follows where WebSocket messages begin and end in what a client sends, and keeps none of it: enough to tell that a message
 * was begun and is not over, and how long it says it is. What is wrong with a frame is for the WebSocket library to say.
 * Source: RFC 6455, section 5.2.
 */

const FIN = 0x80;
const MASKED = 0x80;
/** Of the opcodes: control frames, which may come between the fragments of a message. */
const CONTROL = 0x08;

/** The longest head: two bytes, a length of eight, a mask of four. */
const HEAD_BYTES_MAX = 14;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

export class FrameWatch {
  readonly #head = Buffer.alloc(HEAD_BYTES_MAX);
  #headBytes = 0;
  /** Bytes of the current frame that have not come yet. */
  #payloadLeft = 0;
  #isControl = false;
  #isFinal = true;
  #isInMessage = false;
  #messageBytes = 0;
  #begun = 0;

  /** Which message or control frame has begun and is not over; null between them. No two have the same number. */
  get partial(): number | null {
    return this.#isPartial ? this.#begun : null;
  }

  /** How long the message is that has begun and is not over, as far as its frames have said; 0 between messages. */
  get messageBytes(): number {
    return this.#messageBytes;
  }

  /** Takes note of what came next. Never throws; of bytes that are no frames it makes what it can. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#payloadLeft > 0) {
        const bytes = Math.min(this.#payloadLeft, chunk.length - at);
        this.#payloadLeft -= bytes;
        at += bytes;
      } else {
        if (!this.#isPartial) this.#begun++;
        this.#head[this.#headBytes++] = chunk[at++] ?? 0;
        if (this.#headBytes < this.#headSize) continue;
        this.#beginFrame();
      }
      if (this.#payloadLeft === 0) this.#endFrame();
    }
  }

  get #isPartial(): boolean {
    return this.#isInMessage || this.#headBytes > 0 || this.#payloadLeft > 0;
  }

  /** As far as it is known: the second byte says how long the head is. */
  get #headSize(): number {
    if (this.#headBytes < 2) return 2;
    const second = this.#head[1] ?? 0;
    const short = second & ~MASKED;
    const lengthBytes = short === LENGTH_16 ? 2 : short === LENGTH_64 ? 8 : 0;
    return 2 + lengthBytes + ((second & MASKED) === 0 ? 0 : 4);
  }

  #beginFrame(): void {
    const [first = 0, second = 0] = this.#head;
    const short = second & ~MASKED;
    if (short === LENGTH_16) this.#payloadLeft = this.#head.readUInt16BE(2);
    else if (short === LENGTH_64) this.#payloadLeft = Number(this.#head.readBigUInt64BE(2));
    else this.#payloadLeft = short;
    this.#headBytes = 0;
    this.#isControl = (first & CONTROL) !== 0;
    this.#isFinal = (first & FIN) !== 0;
    if (this.#isControl) return;
    this.#isInMessage = true;
    this.#messageBytes += this.#payloadLeft;
  }

  #endFrame(): void {
    if (this.#isControl || !this.#isFinal) return;
    this.#isInMessage = false;
    this.#messageBytes = 0;
  }
}
