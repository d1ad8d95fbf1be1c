/** The public surface of @madang/dashboard. */
import { fileURLToPath } from 'node:url';

/** A folder of built pages and where it is served, as `createServer` takes it. */
export interface DashboardPages {
  readonly path: string;
  readonly folder: string;
}

/** The pages to be served: replays at `path`, `/replay` unless given. They are built by `scripts/pages.ts`. */
export function dashboardPages(path = '/replay'): readonly DashboardPages[] {
  // Published, the pages lie beside this file; in the repository, where they are built to.
  const folder = import.meta.url.endsWith('.ts') ? '../dist/replay' : './pages/replay';
  return [{ path, folder: fileURLToPath(new URL(folder, import.meta.url)) }];
}
