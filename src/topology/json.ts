export type Json = null | boolean | number | string | Json[] | JsonObject;

export interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An empty object without a prototype, so that names such as "constructor" are only ever names. */
export function emptyObject<T extends object = Record<string, unknown>>(): T {
  return Object.create(null) as T;
}
