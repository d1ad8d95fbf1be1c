/** Rooms as their journals have them: for tools that ask whether a version of a game can go on with one. */
export { type RestoredRoom, restoreRoom } from './restored-room.ts';
