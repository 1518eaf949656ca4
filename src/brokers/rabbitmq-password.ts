import { createHash } from "node:crypto";
import type { UserInfo } from "./rabbitmq-access.ts";

/** Erlang modules that hash passwords, as the broker names them. Source: rabbitmq.com/docs/passwords. */
const algorithms = new Map([
  ["rabbit_password_hashing_sha256", "sha256"],
  ["rabbit_password_hashing_sha512", "sha512"],
  ["rabbit_password_hashing_md5", "md5"],
]);
const saltBytes = 4;

/**
 * Tells whether a password is the one that the broker keeps of a user, as a salt and a hash of both. undefined for a broker
 * that hashes with a module of its own.
 */
export function passwordCheck({
  password_hash: stored,
  hashing_algorithm: module,
}: UserInfo): ((password: string) => boolean) | undefined {
  const algorithm = algorithms.get(module);
  if (algorithm === undefined) return undefined;
  const bytes = Buffer.from(stored, "base64");
  const salt = bytes.subarray(0, saltBytes);
  return (password) =>
    createHash(algorithm).update(salt).update(password).digest().equals(bytes.subarray(saltBytes));
}
