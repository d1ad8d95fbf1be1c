/** `npm run check`: types, lint, boundaries, exports, dependency floors and the SDK's size, without building or testing anything. */
import { bootstrap, main } from './bootstrap.mjs';
import { CHECKS, runStages } from './stages.mjs';

await main(async () => {
  const { failed } = await runStages(CHECKS, await bootstrap());
  return failed === 0 ? 0 : 1;
});
