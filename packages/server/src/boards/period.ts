/** For how long a leaderboard counts. Days, weeks and months are those of UTC, the same for everybody. */
import { unreachable } from '@madang/core';

export const PERIODS = ['ever', 'day', 'week', 'month'] as const;

/** How long a board lasts before it begins anew. */
export type Period = (typeof PERIODS)[number];

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a period is called that a moment is in: `ever`, `2026-11-22`, `2026-W47`, `2026-11`. */
export function periodKey(period: Period, atMs: number): string {
  const day = new Date(atMs).toISOString().slice(0, 10);
  switch (period) {
    case 'ever':
      return 'ever';
    case 'day':
      return day;
    case 'week':
      return weekOf(atMs);
    case 'month':
      return day.slice(0, 7);
    default:
      return unreachable(period);
  }
}

/** The one before it; null where there is none. */
export function lastPeriodKey(period: Period, atMs: number): string | null {
  const date = new Date(atMs);
  switch (period) {
    case 'ever':
      return null;
    case 'day':
      return periodKey(period, atMs - DAY_MS);
    case 'week':
      return periodKey(period, atMs - 7 * DAY_MS);
    case 'month':
      return periodKey(period, Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1));
    default:
      return unreachable(period);
  }
}

/** Weeks begin on Monday, and belong to the year that has their Thursday. Source: ISO 8601. */
function weekOf(atMs: number): string {
  const fromMonday = (new Date(atMs).getUTCDay() + 6) % 7;
  const thursday = new Date(atMs + (3 - fromMonday) * DAY_MS);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0)) / (7 * DAY_MS));
  return `${year}-W${String(week).padStart(2, '0')}`;
}
