import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anySchema } from '../codec/any-state.test-support.ts';
import { list, text } from '../schema/boxed-field.ts';
import { choice, u8 } from '../schema/field.ts';
import { describeFields, describeSchema, fieldsFrom, openSchema, schemaOf } from './described-schema.ts';

test('a schema that was described is made again: same parts, same fields, same eyes', () => {
  fc.assert(
    fc.property(anySchema, (schema) => {
      const described = JSON.parse(JSON.stringify(describeSchema(schema)));
      const again = schemaOf(described);
      expect(JSON.parse(JSON.stringify(describeSchema(again)))).toEqual(described);
      expect(Object.keys(again)).toEqual(Object.keys(schema));
    }),
    { numRuns: 200 },
  );
});

test('nothing of an open schema is hidden, and all else is as it was', () => {
  fc.assert(
    fc.property(anySchema, (schema) => {
      const text = JSON.stringify(describeSchema(openSchema(schema)));
      expect(text).not.toMatch(/"(owner|nobody)"|"visibility":"team"/u);
      expect(text).toBe(JSON.stringify(describeSchema(schema)).replaceAll(/("visibility":)"\w+"/gu, '$1"everyone"'));
    }),
    { numRuns: 200 },
  );
});

test('the fields of a message are made again', () => {
  const fields = { word: choice('rock', 'paper'), line: text(9), path: list(u8, 3) };
  const described = JSON.parse(JSON.stringify(describeFields(fields)));
  expect(JSON.parse(JSON.stringify(describeFields(fieldsFrom(described))))).toEqual(described);
});
