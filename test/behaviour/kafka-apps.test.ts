import { afterAll, beforeAll, expect, test } from "vitest";
import { sharedKafka } from "../brokers/sandboxes.ts";
import { appsStage, type AppsStage, fine } from "./apps-stage.ts";
import { consumeAs, type Login, produceAs } from "./kafka-login.ts";

let stage: AppsStage;

const plan = (producers: string) =>
  stage.plan(`
kafka:
  topics:
    ${stage.name}.placed:
      partitions: 1
      replication: 1
      deadLetter: true
      producers: [${producers}]
      consumers: { ${stage.name}.billing: { app: billing } }
  apps:
    web: { password: "\${secret:WEB}" }
    billing: { password: "\${secret:BILLING}" }
    stranger: { password: "\${secret:STRANGER}" }
`);

beforeAll(async () => {
  stage = appsStage();
  expect(await stage.apply(plan("web"))).toMatchObject(fine);
});
afterAll(() => stage.clear());

const login = (app: string, password = app.toUpperCase()): Login => ({
  bootstrap: sharedKafka().loginBootstrap!,
  username: stage.user(app),
  password: stage.secret(password),
});
const produce = (app: string, topic: string, password?: string): Promise<string> =>
  produceAs(login(app, password), topic);
const consume = (app: string, group: string): Promise<string> =>
  consumeAs(login(app), `${stage.name}.placed`, `${stage.name}.${group}`);

const refused = /TOPIC_AUTHORIZATION_FAILED|not authorized/i;

test("who has the right may produce and consume, nobody else, and nothing else", async () => {
  const placed = `${stage.name}.placed`;
  expect(await produce("web", placed)).toBe("done");
  expect(await produce("billing", `${placed}.dlt`)).toBe("done");
  expect(await produce("billing", placed)).toMatch(refused);
  expect(await produce("web", `${placed}.dlt`)).toMatch(refused);
  expect(await produce("stranger", placed)).toMatch(refused);
  // The first group of a new broker has to wait until there is a coordinator.
  await expect.poll(() => consume("billing", "billing"), { timeout: 60_000 }).toBe("done");
  expect(await consume("web", "billing")).toMatch(/AUTHORIZATION_FAILED|not authorized/i);
});

test("a wrong password is refused", async () => {
  expect(await produce("web", `${stage.name}.placed`, "OTHER")).toMatch(/SASL|authentication/i);
});

test("a stranger who becomes a producer may produce", async () => {
  const placed = `${stage.name}.placed`;
  expect(await produce("stranger", placed)).toMatch(refused);
  expect(await stage.apply(plan("web, stranger"))).toMatchObject({ ...fine, sent: { created: 2 } });
  await expect.poll(() => produce("stranger", placed)).toBe("done");
});
