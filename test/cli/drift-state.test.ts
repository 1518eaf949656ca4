import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { DriftProject } from "./drift-project.ts";

const project = new DriftProject(`  queues:
    work: { type: classic }
    gone: { type: classic }
    unknown: { type: classic }
`);

const resource = (name: string, more: object = {}, type = "rabbitmq:index/queue:Queue"): object => ({
  urn: `urn:pulumi:shared::drifting::${type}::${name}`,
  custom: true,
  type,
  ...more,
});
const resources = [
  { ...resource("drifting-shared", {}, "pulumi:pulumi:Stack"), custom: false },
  resource("rabbitmq/main", {}, "pulumi:providers:rabbitmq"),
  resource(project.key("vhost"), {}, "rabbitmq:index/vHost:VHost"),
  resource(project.key("queue", "work")),
  resource(project.key("queue", "gone")),
  resource(project.key("queue", "former")),
  resource(project.key("queue", "unknown"), { delete: true }),
];
const differences = {
  gone: [project.key("queue", "gone")],
  unknown: [project.key("queue", "unknown")],
  undeclared: [project.key("queue", "former")],
};

beforeEach(async () => {
  await project.reset();
  await project.byHand("DELETE", "queues/%/gone");
});

describe("Pulumi's state", () => {
  test("as pulumi stack export writes it: plan, state and broker are compared", async () => {
    project.write("export.json", JSON.stringify({ version: 3, deployment: { manifest: {}, resources } }));
    expect(await project.document("shared", "--state", "export.json")).toMatchObject({
      state: { path: "export.json", ...differences },
    });
    const { code, stdout } = await project.drift("shared", "--state", "export.json");
    expect(code).toBe(2);
    expect(stdout).toMatch(/queue\/gone: the state says that it exists, and the broker does not have it/);
    expect(stdout).toMatch(/queue\/unknown: on the broker and in the files, but not in the state/);
    expect(stdout).toMatch(/queue\/former: in the state and in no file/);
    expect(stdout).toMatch(
      / {2}npx queueform import --pulumi --env shared\n {2}\.\/pulumi-import-shared\.sh\n/,
    );
  });

  test("as a file-backed state keeps it in the project, without being named", async () => {
    mkdirSync(join(project.directory, ".pulumi/stacks/drifting"), { recursive: true });
    const checkpoint = { stack: "shared", latest: { resources } };
    project.write(".pulumi/stacks/drifting/shared.json", JSON.stringify({ version: 3, checkpoint }));
    expect(await project.document("shared")).toMatchObject({ state: differences });
    expect(await project.document("local")).not.toHaveProperty("state");
  });

  test("that only names what isn't there counts as drift, and agrees where all three do", async () => {
    await project.reset();
    const declared = ["work", "gone", "unknown"].map((queue) => resource(project.key("queue", queue)));
    const all = [resource(project.key("vhost")), ...declared];
    project.write("export.json", JSON.stringify({ deployment: { resources: all } }));
    expect(await project.drift("shared", "--state", "export.json")).toMatchObject({ code: 0, stdout: "" });
    project.write("export.json", JSON.stringify({ deployment: { resources: [...all, ...resources] } }));
    expect(await project.drift("shared", "--state", "export.json")).toMatchObject({ code: 2 });
  });

  test.each([
    ["is not there", "no.json", "There is no state file"],
    ["is something else", "Pulumi.yaml", "is not what Pulumi writes"],
    ["is JSON of something else", "other.json", "is not what Pulumi writes"],
  ])("a file that %s is wrong usage", async (_what, file, said) => {
    project.write("other.json", JSON.stringify([1]));
    const { code, stderr } = await project.drift("shared", "--state", file);
    expect(code).toBe(64);
    expect(stderr).toContain(said);
  });

  test("in an environment of apply there is none", async () => {
    expect(await project.drift("local", "--state", "export.json")).toMatchObject({ code: 64 });
  });
});
