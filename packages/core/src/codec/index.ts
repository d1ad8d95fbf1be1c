/** The state codec by its parts, for whoever puts frames together: servers, recorders, tests. Games do not need it. */

export { adopt } from '../state/adopt.ts';
export { varintTo } from './bytes.ts';
export { IntList } from './int-list.ts';
export { Publication, writePlaces } from './publication.ts';
export { type Grants, writeGrants, writeRows } from './state-codec.ts';
export { SHORT_GAP, SHORT_SLICE_BYTES, SLICE_WORDS, type TableChanges } from './table-changes.ts';
