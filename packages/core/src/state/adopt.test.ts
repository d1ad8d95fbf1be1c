import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyDeed, anySchema, doDeed } from '../codec/any-state.test-support.ts';
import { adopt } from '../codec/index.ts';
import { PretendViewer, Stage } from '../codec/pretend-viewer.test-support.ts';
import { firstDifference } from './difference.ts';
import { hashState } from './hash.ts';
import { createState } from './state-store.ts';

test('who is told of a state that follows another sees what the other is, whatever was skipped between', () => {
  fc.assert(
    fc.property(
      anySchema,
      fc.array(fc.record({ deeds: fc.array(anyDeed, { maxLength: 8 }), isPublished: fc.boolean() }), { maxLength: 12 }),
      (schema, ticks) => {
        const leader = createState(schema);
        const stage = new Stage(schema);
        const viewer = new PretendViewer(stage, 0);
        for (const { deeds, isPublished } of ticks) {
          for (const deed of deeds) doDeed(leader, deed);
          adopt(stage.state, leader);
          expect(firstDifference(stage.state, leader)).toBeNull();
          if (!isPublished) continue;
          stage.publish();
          viewer.takeDelta();
          expect(hashState(viewer.mirror.store, 0)).toBe(hashState(stage.state, 0));
        }
      },
    ),
    { numRuns: 300 },
  );
});
