import { expect, test } from 'vitest';
import { dashboardPages } from './index.ts';

test('the pages are served where one wants them', () => {
  expect(dashboardPages()).toMatchObject([{ path: '/replay' }]);
  expect(dashboardPages('/again')).toMatchObject([{ path: '/again' }]);
  expect(dashboardPages()[0]?.folder).toMatch(/packages.dashboard.dist.replay$/u);
});
