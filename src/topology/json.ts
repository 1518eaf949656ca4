export type Json = null | boolean | number | string | Json[] | JsonObject;

export interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a block reads as in a sentence: a text that mentions one must not throw, whatever people wrote. */
const readable: object = Object.freeze(
  Object.defineProperty(Object.create(null), Symbol.toPrimitive, {
    value(this: object): string {
      return JSON.stringify(this);
    },
  }),
);

/** An empty object that inherits no name, so that names such as "constructor" are only ever names. */
export function emptyObject<T extends object = Record<string, unknown>>(): T {
  return Object.create(readable) as T;
}
