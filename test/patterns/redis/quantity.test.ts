import { expect, test } from "vitest";
import { canonicalQuantity } from "../../../src/patterns/redis/quantity.ts";

// What a real API server gives back for them; kubernetes.test.ts reads such sizes back.
test.each([
  ["512Mi", "512Mi"],
  ["1024Mi", "1Gi"],
  ["8192Mi", "8Gi"],
  ["1536Mi", "1536Mi"],
  ["1024Ki", "1Mi"],
  ["1024Ti", "1Pi"],
  ["1000Ki", "1000Ki"],
])("%s is %s", (size, canonical) => {
  expect(canonicalQuantity(size)).toBe(canonical);
});
