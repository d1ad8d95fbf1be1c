/** Waits until nobody else holds this lock. */
export const HOLD = 'SELECT pg_advisory_xact_lock(7)::text';
