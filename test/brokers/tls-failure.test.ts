import { expect, test } from "vitest";
import { tlsFailure } from "../../src/brokers/tls-failure.ts";

const advice = { authority: "Trust it.", plain: "No TLS.", client: "No certificate." };

// What servers really answer is in test/live/faults.test.ts.
test.each([
  ["CERT_HAS_EXPIRED", /has expired.*Renew it/],
  ["CERT_NOT_YET_VALID", /not valid yet.*clocks/],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /not trusted.*Trust it\./],
  ["ERR_SSL_WRONG_VERSION_NUMBER", /doesn't speak TLS.*No TLS\./],
])("%s", (code, sentence) => {
  expect(tlsFailure("host", code, advice)).toMatch(sentence);
});

test("other errors are not its business", () => {
  expect(tlsFailure("host", "ECONNREFUSED", advice)).toBeUndefined();
});
