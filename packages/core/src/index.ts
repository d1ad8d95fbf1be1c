/** The public surface of @madang/core. */
export { ByteReader, ByteWriter } from './codec/bytes.ts';
export {
  hasOwnFields,
  readDelta,
  readOwn,
  readSnapshot,
  type View,
  writeDelta,
  writeOwn,
  writeSnapshot,
} from './codec/state-codec.ts';
export {
  type Advice,
  adviceFor,
  ERRORS,
  type ErrorCode,
  type ErrorDetails,
  GameError,
  isErrorCode,
  isGameError,
  unreachable,
} from './errors.ts';
export { isJsonObject, type JsonObject, type JsonValue, parseJson, toJsonValue } from './json-value.ts';
export { type RandomState, type SeededRandom, seededRandom } from './random.ts';
export {
  type AnyField,
  angle,
  axis,
  bool,
  choice,
  type Field,
  type Fields,
  f32,
  f64,
  flag,
  i8,
  i16,
  i32,
  quantized,
  rowId,
  text,
  u8,
  u16,
  u32,
  type ValueOf,
  type ValuesOf,
  type Visibility,
} from './schema/field.ts';
export {
  type BotMoment,
  type Bots,
  type ControlMoment,
  defineGame,
  type FieldsOf,
  type Game,
  type GameDefinition,
  type Messages,
  type Moment,
  type RoomScope,
  type Seat,
} from './schema/game.ts';
export { isSameMessage, neutral, parseInput, parseMessage } from './schema/message.ts';
export {
  type Grid,
  type GridSchema,
  grid,
  type PartSchema,
  type RecordRow,
  type RecordSchema,
  type Row,
  type RowStart,
  record,
  type SeatRef,
  type SeenGrid,
  type SeenRecord,
  type SeenRow,
  type SeenStateOf,
  type SeenTable,
  type StateOf,
  type StateSchema,
  type Table,
  type TableSchema,
  table,
} from './schema/state-schema.ts';
export { hashState } from './state/hash.ts';
export { toJson } from './state/json.ts';
export { createMirror, createState, type StateMirror, type StateStore } from './state/state-store.ts';
export type { Viewer } from './state/table-store.ts';
export {
  applyServerFrame,
  CLIENT_FRAME_BYTES_MAX,
  type ClientFrame,
  decodeClientFrame,
  decodeJoin,
  encodeClientFrame,
  encodeDelta,
  encodeEvent,
  encodeJoin,
  encodeRefusal,
  encodeSaid,
  encodeSnapshot,
  encodeWelcome,
  isJoin,
  isStateFrame,
  type JoinRequest,
  type ServerFrame,
  SUBPROTOCOL,
} from './wire/frames.ts';
