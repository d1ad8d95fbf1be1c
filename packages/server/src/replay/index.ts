/** Recordings of rooms that have ended, for those who may look at them. */
export { type ViewOptions, viewRecording } from './view-recording.ts';
export type { RecordingEyes } from './witness.ts';
