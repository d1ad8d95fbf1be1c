/** What is written down of a room, and how it is read: journals and replays. Games do not need it. */
export { describeFields, describeSchema, fieldsFrom, openSchema, schemaOf } from './described-schema.ts';
export { peopleIn, type RecordedSeat, seatsIn } from './recorded-people.ts';
export {
  headOf,
  nowPlaying,
  type Playing,
  RecordedMoment,
  Recording,
  type RecordingHead,
} from './recording.ts';
export { badRecording, type RawRecord, RECORD, type RecordKind, recordsOf, tickOf, writeRecord } from './records.ts';
export { readChange, StateRecorder } from './state-recorder.ts';
export {
  type PlayedInput,
  type RecordedEvent,
  readInputs,
  readObject,
  readRandom,
  readTick,
  readTickFacts,
  type TickRecord,
  writeInputs,
  writeRandom,
  writeTick,
} from './tick-record.ts';
