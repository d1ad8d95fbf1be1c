/**
 * JSON from outside, made safe to keep and to pass on: finite numbers, well-formed text, bounded depth, and no key
 * that every object already has (`__proto__`, `constructor`, `toString`, …), which would shadow or poison what the
 * receiver's own code relies on.
 */
import { GameError } from './errors.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** Nesting that no honest message needs; deep enough for any, shallow enough for every stack. */
export const JSON_DEPTH_MAX = 32;

/**
 * A checked copy of a value that JSON can carry. The copy shares nothing with the original and its objects have no
 * prototype. Throws BAD_MESSAGE with the reason.
 */
export function toJsonValue(value: unknown, depth = 0, depthMax = JSON_DEPTH_MAX): JsonValue {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value + 0 : refuse('a number is not finite');
    case 'string':
      return value.isWellFormed() ? value : refuse('a text holds half of a surrogate pair');
    case 'object':
      if (value === null) return null;
      if (depth >= depthMax) return refuse(`it is nested deeper than ${depthMax} levels`);
      if (Array.isArray(value)) return value.map((item) => toJsonValue(item, depth + 1, depthMax));
      return copyObject(value, depth, depthMax);
    default:
      return refuse(`a ${typeof value} is not JSON`);
  }
}

/** Parses text as JSON and makes it safe. Throws BAD_MESSAGE, never a SyntaxError or a RangeError. */
export function parseJson(text: string, depthMax = JSON_DEPTH_MAX): JsonValue {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse('it is not JSON');
  }
  return toJsonValue(parsed, 0, depthMax);
}

/** True for a JSON object: not null, not a list. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function copyObject(value: object, depth: number, depthMax: number): JsonObject {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return refuse('only plain objects and lists are JSON');
  const copy: Record<string, JsonValue> = Object.create(null);
  for (const key of Object.keys(value)) {
    if (key in Object.prototype) return refuse('a key is one that every object already has');
    if (!key.isWellFormed()) return refuse('a key holds half of a surrogate pair');
    copy[key] = toJsonValue((value as Record<string, unknown>)[key], depth + 1, depthMax);
  }
  return copy;
}

function refuse(reason: string): never {
  throw new GameError('BAD_MESSAGE', `This message cannot be taken: ${reason}.`, { reason });
}
