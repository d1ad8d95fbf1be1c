/** The public surface of @madang/core. */
export { ByteReader, ByteWriter } from './codec/bytes.ts';
export { readSavedState, writeSavedState } from './codec/saved-state.ts';
export {
  readDelta,
  readGrants,
  readSnapshot,
  writeNoGrants,
  writeSnapshot,
} from './codec/state-codec.ts';
export {
  angleBetween,
  approach,
  atan2,
  clamp,
  cos,
  floorDiv,
  hypot,
  isqrt,
  lerp,
  lerpAngle,
  mod,
  sin,
  snapTo,
  turnTowards,
  wrapAngle,
} from './deterministic/index.ts';
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
export { bytes, json, list, text } from './schema/boxed-field.ts';
export {
  type AnyField,
  angle,
  axis,
  bool,
  choice,
  type Drawing,
  type DrawnBy,
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
  u8,
  u16,
  u32,
  type ValueOf,
  type ValuesOf,
  type Visibility,
} from './schema/field.ts';
export type { FieldSpec } from './schema/field-spec.ts';
export {
  type AdvanceMoment,
  type BotMoment,
  type Bots,
  type ControlMoment,
  defineGame,
  type EventPolicy,
  type FieldsOf,
  type Game,
  type GameDefinition,
  type Messages,
  type Moment,
  type Predict,
  type RoomScope,
  type RoomTimers,
  type Seat,
  type StepMoment,
  type TableNames,
  type Visitor,
} from './schema/game.ts';
export {
  type AllInterest,
  all,
  byTeam,
  type CustomInterest,
  custom,
  type Interest,
  type InterestViewer,
  type NearInterest,
  near,
  type TeamInterest,
} from './schema/interest.ts';
export {
  type Durability,
  type HostRight,
  type Recordings,
  type RecordNames,
  SNAPSHOT_EVERY_MS,
} from './schema/lifecycle.ts';
export {
  checkMatchRules,
  type MatchRules,
  type MatchSettings,
  type TeamSizes,
  type Widening,
} from './schema/match.ts';
export { isSameMessage, neutral, parseInput, parseMessage } from './schema/message.ts';
export type { PastOf, PastRow, PastTable, PlaceFields, RayHit } from './schema/netcode.ts';
export { type ReplyOf, type RequestNames, refuse, replyFieldsOf, request } from './schema/request.ts';
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
  type Sending,
  type StateOf,
  type StateSchema,
  type Table,
  type TableSchema,
  table,
} from './schema/state-schema.ts';
export { type Difference, firstDifference } from './state/difference.ts';
export type { GridStore } from './state/grid-store.ts';
export { hashState } from './state/hash.ts';
export { toJson } from './state/json.ts';
export type { Eyes, RowSet, Viewer } from './state/seen.ts';
export { createMirror, createState, type PartStore, type StateMirror, type StateStore } from './state/state-store.ts';
export type { TableStore } from './state/table-store.ts';
export {
  applyServerFrame,
  CLIENT_FRAME_BYTES_MAX,
  type ClientFrame,
  decodeClientFrame,
  type EventFrame,
  encodeAnswer,
  encodeCheck,
  encodeClientFrame,
  encodeDone,
  encodeEvent,
  encodePong,
  encodeRefusal,
  encodeSaid,
  encodeTiming,
  type FrameSchema,
  type InputReport,
  isSnapshot,
  isStateFrame,
  LATE_MAX,
  type LateInput,
  type RepairReason,
  type ServerFrame,
  SUBPROTOCOL,
  TICK_PARTS,
  type TimedInput,
  UNHEARD_MAX,
  writeDeltaHead,
  writeSnapshotHead,
} from './wire/frames.ts';
export {
  decodeJoin,
  encodeJoin,
  isJoin,
  JOIN_FRAME_BYTES_MAX,
  type JoinRequest,
  type JoinWay,
} from './wire/join-frame.ts';
export {
  type ChatLine,
  encodeChat,
  encodePeople,
  encodeWelcome,
  type PeopleFrame,
  type Person,
  type WelcomeFrame,
} from './wire/room-frames.ts';
