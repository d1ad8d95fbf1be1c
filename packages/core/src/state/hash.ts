/**
 * A fingerprint of a state as one viewer may see it. Equal states give equal fingerprints on every machine; unequal
 * ones differ with overwhelming likelihood. Not for security: anybody can make two states that collide.
 */
import { ByteWriter } from '../codec/bytes.ts';
import type { StateSchema } from '../schema/state-schema.ts';
import { eachSeenRow, isGridSeen, type Viewer } from './seen.ts';
import type { StateStore } from './state-store.ts';
import { columnAt } from './table-store.ts';

/** Sixteen hexadecimal digits. */
export function hashState<S extends StateSchema>(state: StateStore<S>, viewer: Viewer): string {
  const hash = new WordHash();
  const boxed = new ByteWriter(64);
  const isLive = viewer === 'server';
  for (const part of state.parts) {
    if (part.type === 'grid') {
      if (isGridSeen(part, viewer)) for (const cell of isLive ? part.cells : part.sent) hash.word(cell);
      continue;
    }
    eachSeenRow(part, viewer, (place, columns) => {
      hash.word((isLive ? part.idAt(place) : part.sentId[place]) ?? 0);
      for (let rest = columns; rest !== 0; rest &= rest - 1) {
        const column = columnAt(part, rest);
        if (column.store === 'int') hash.word((isLive ? column.data : column.sent)[place] ?? 0);
        else if (column.store === 'float') hash.double((isLive ? column.data : column.sent)[place] ?? 0);
        else {
          boxed.seek(0);
          column.codec.write(boxed, (isLive ? column.data : column.sent)[place]);
          hash.bytes(boxed.written());
        }
      }
    });
    // No row has this id: a table's end, so that rows cannot pass for those of the next.
    hash.word(0);
  }
  return hash.digest();
}

/** A fingerprint of one text, 32 bits: what a schema is compared by. */
export function hashText(text: string): number {
  const hash = new WordHash();
  hash.text(text);
  return hash.low();
}

/** Two independent 32-bit lanes of MurmurHash3's body and finish. Source: Austin Appleby, MurmurHash3 (public domain). */
class WordHash {
  #a = 0x9747b28c;
  #b = 0x3c6ef372;
  readonly #double = new DataView(new ArrayBuffer(8));

  word(word: number): void {
    this.#a = mix(this.#a, Math.imul(word, 0xcc9e2d51), 0x1b873593);
    this.#b = mix(this.#b, Math.imul(word, 0x239b961b), 0xab0e9789);
  }

  double(value: number): void {
    this.#double.setFloat64(0, value);
    this.word(this.#double.getInt32(0));
    this.word(this.#double.getInt32(4));
  }

  text(text: string): void {
    this.word(text.length);
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i));
  }

  bytes(bytes: Uint8Array): void {
    this.word(bytes.length);
    for (const byte of bytes) this.word(byte);
  }

  low(): number {
    return finish(this.#a) >>> 0;
  }

  digest(): string {
    return [finish(this.#a), finish(this.#b)].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

function mix(hash: number, scaled: number, factor: number): number {
  const turned = Math.imul((scaled << 15) | (scaled >>> 17), factor);
  const mixed = hash ^ turned;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let out = hash;
  out = Math.imul(out ^ (out >>> 16), 0x85ebca6b);
  out = Math.imul(out ^ (out >>> 13), 0xc2b2ae35);
  return out ^ (out >>> 16);
}
