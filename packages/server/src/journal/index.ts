/** Journals as the rules see them: for tools that play a recording again, or ask whether a version of a game can hold a room. */
export { type Resimulation, resimulate } from './resimulate.ts';
export { type RestoredRoom, restoreRoom } from './restored-room.ts';
