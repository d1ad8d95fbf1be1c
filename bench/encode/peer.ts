/**
 * The peer's side of the encoding bench: @colyseus/schema as its own server drives it (`SchemaSerializer.applyPatches`
 * of @colyseus/core 0.18), without the byte that server puts in front of a frame.
 *
 * Movers are in a map keyed by id, which is how its documentation keeps entities. With views the map is marked
 * `view()`, every viewer has a StateView, and a row is visible once it was added to that. The buffer is large enough
 * from the start, as its documentation advises, so it never grows while measured.
 */
import {
  type FieldBuilder,
  type MapSchema,
  type Schema,
  Encoder as SchemaEncoder,
  StateView,
  schema,
  t,
} from '@colyseus/schema';
import type { CaseOptions, CreateEncoder, Encoder } from './encoder.ts';
import type { Views } from './views.ts';
import { at, HEADINGS, QUANTA_MAX, type World } from './world.ts';

/** `quantized`: x and y in 16 bits, heading in 8, as ours. `float32`: all three as 32-bit floats. */
export type PeerMode = 'quantized' | 'float32';

type Mover = Schema & { x: number; y: number; heading: number };

/** More than the largest case makes in one tick, all viewers together. */
const BUFFER_BYTES = 2 ** 21;
const RADIANS = (2 * Math.PI) / HEADINGS;

export function createPeer(mode: PeerMode): CreateEncoder {
  return ({ world, views }: CaseOptions): Encoder => {
    const { root, movers, rows } = createState(world, mode, views !== null);
    for (const [row, mover] of rows.entries()) movers.set(String(row), mover);
    SchemaEncoder.BUFFER_SIZE = BUFFER_BYTES;
    const encoder = new SchemaEncoder(root);
    // Only after this do the rows have the parent that a view looks for.
    const stateViews = views === null ? [] : createStateViews(views, rows);
    return {
      mutate: () => writeRows(world, rows, world.movers),
      follow() {
        views?.follow({
          entered: (viewer, row) => stateViews[viewer]?.add(rows[row] as Mover),
          left: (viewer, row) => stateViews[viewer]?.remove(rows[row] as Mover),
        });
      },
      encode: () => (views === null ? encodeShared(encoder) : encodeViews(encoder, stateViews)),
    };
  };
}

function encodeShared(encoder: SchemaEncoder): number {
  const { length } = encoder.encode();
  encoder.discardChanges();
  return length;
}

function encodeViews(encoder: SchemaEncoder, stateViews: readonly StateView[]): number {
  const it = { offset: 0 };
  encoder.encode(it);
  const sharedOffset = it.offset;
  let bytes = 0;
  for (const view of stateViews) bytes += encoder.encodeView(view, sharedOffset, it).length;
  encoder.discardChanges();
  return bytes;
}

function createState(
  world: World,
  mode: PeerMode,
  hasViews: boolean,
): { root: Schema; movers: MapSchema<Mover>; rows: readonly Mover[] } {
  const Row = schema(fieldsFor(mode, world), 'Mover');
  const all: FieldBuilder<MapSchema<Mover>> = t.map(Row);
  const Root = schema({ movers: hasViews ? all.view() : all }, 'Root');
  const root = new Root();
  const rows: readonly Mover[] = Array.from({ length: world.rows }, () => new Row());
  writeRows(world, rows, world.rows);
  return { root, movers: root.movers, rows };
}

function fieldsFor(mode: PeerMode, world: World): Record<'x' | 'y' | 'heading', FieldBuilder<number>> {
  if (mode === 'float32') return { x: t.float32(), y: t.float32(), heading: t.float32() };
  const position = { min: 0, max: QUANTA_MAX * world.quantum, bits: 16 } as const;
  return { x: t.quantized(position), y: t.quantized(position), heading: t.angle({ bits: 8 }) };
}

function writeRows(world: World, rows: readonly Mover[], count: number): void {
  for (let row = 0; row < count; row++) {
    const mover = rows[row] as Mover;
    mover.x = at(world.x, row) * world.quantum;
    mover.y = at(world.y, row) * world.quantum;
    mover.heading = at(world.heading, row) * RADIANS;
  }
}

function createStateViews(views: Views, rows: readonly Mover[]): readonly StateView[] {
  return Array.from({ length: views.viewers }, (_, viewer) => {
    const view = new StateView();
    for (const row of views.visible(viewer)) view.add(rows[row] as Mover);
    return view;
  });
}
