import { matchQueueContract } from '../ports/match-queue.contract.test-support.ts';
import { MemoryMatchQueue } from './memory-match-queue.ts';

matchQueueContract('memory', () => new MemoryMatchQueue());
