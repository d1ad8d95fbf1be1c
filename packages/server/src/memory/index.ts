/** Memory implementations of the server's ports: for tests, simulations, and whoever needs nothing to last. */
export { seededRandom } from '@madang/core';
export { MemoryDirectory } from './memory-directory.ts';
export { MemoryJournal } from './memory-journal.ts';
export { MemoryMatchQueue } from './memory-match-queue.ts';
export { MemoryStore } from './memory-store.ts';
export { type MemoryLink, type MemoryLinkEvents, MemoryTransport } from './memory-transport.ts';
export { VirtualClock } from './virtual-clock.ts';
