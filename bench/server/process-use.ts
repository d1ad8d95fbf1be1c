/** What a process has used, read from outside: the same for every runtime. Linux. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessUse {
  /** On a core so far, of all of its threads. */
  readonly cpuMs: number;
  readonly residentBytes: number;
}

const PAGE_BYTES = 4096;
/** The kernel tells times of whole processes in hundredths of a second. */
const MS_PER_TICK = 10;

/** Where the times are after the name, which may contain spaces: fields 14 and 15 of proc_pid_stat(5). */
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/** Throws where there is no such process. */
export function processUse(pid: number): ProcessUse {
  const folder = `/proc/${pid}`;
  const residentPages = Number(readFileSync(`${folder}/statm`, 'latin1').split(' ')[1]);
  return {
    // The former is exact and knows nothing of threads that have ended; the latter counts them, roughly.
    cpuMs: Math.max(threadsMs(folder), wholeMs(folder)),
    residentBytes: residentPages * PAGE_BYTES,
  };
}

function threadsMs(folder: string): number {
  let totalNs = 0;
  for (const thread of readdirSync(`${folder}/task`)) {
    try {
      totalNs += Number(readFileSync(`${folder}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
    } catch {
      // It has ended since its name was read.
    }
  }
  return totalNs / 1e6;
}

function wholeMs(folder: string): number {
  const stat = readFileSync(`${folder}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) * MS_PER_TICK;
}
