/** How values of PostgreSQL become values of ours: numbers, text, bytes and null, whatever the column is. */
import type { SqlValue } from '@madang/server/sql';
import pg from 'pg';

const { BOOL, BYTEA, FLOAT4, FLOAT8, INT2, INT4, INT8, NUMERIC, OID } = pg.types.builtins;

/** NUMERIC is what sums of whole numbers are. Ours stay below 2^53, as they do in SQLite. */
const NUMBERS: ReadonlySet<number> = new Set([FLOAT4, FLOAT8, INT2, INT4, INT8, NUMERIC, OID]);

/** In the form that `pg` asks for; results come as text. */
export const columnTypes = {
  getTypeParser(oid: number): (text: string) => SqlValue {
    if (NUMBERS.has(oid)) return Number;
    if (oid === BYTEA) return bytesOf;
    // As SQLite has it.
    if (oid === BOOL) return (text) => (text === 't' ? 1 : 0);
    return (text) => text;
  },
};

function bytesOf(text: string): Uint8Array {
  const buffer: Buffer = pg.types.getTypeParser(BYTEA)(text);
  // Not a Buffer, and with memory of its own: small Buffers share theirs.
  return new Uint8Array(buffer);
}
