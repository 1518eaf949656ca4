import { describe, expect, test } from "vitest";
import type { Manifest } from "../../../src/kinds/kubernetes-object/manifest.ts";
import { mergePatch, projectOnto, trimmed } from "../../../src/kinds/kubernetes-object/observe.ts";
import type { JsonObject } from "../../../src/topology/json.ts";

const manifest = (fields: JsonObject): Manifest => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "a" },
  ...fields,
});
const seen = (declared: JsonObject, living: JsonObject): JsonObject => {
  const { spec } = projectOnto(manifest({ spec: declared }), manifest({ spec: living }));
  return spec as JsonObject;
};

const amounts = (value: string): JsonObject => ({ resources: { requests: { memory: value } } });

describe("a living object in the words of its declaration", () => {
  test("has none of the fields that Kubernetes fills in", () => {
    expect(
      seen({ type: "ClusterIP" }, { type: "ClusterIP", clusterIP: "10.0.0.1", ipFamilies: ["IPv4"] }),
    ).toEqual({ type: "ClusterIP" });
    const container = { name: "redis", image: "redis:7.2" };
    expect(
      seen({ containers: [container] }, { containers: [{ ...container, imagePullPolicy: "IfNotPresent" }] }),
    ).toEqual({ containers: [container] });
  });

  test("lacks what it lacks", () => {
    expect(seen({ type: "ClusterIP", ports: [] }, { ports: [] })).toEqual({ ports: [] });
  });

  test.each([
    ["512Mi", "0.5Gi"],
    ["1024Mi", "1Gi"],
    ["1Gi", "1073741824"],
    ["0.5", "500m"],
    ["1k", "1000"],
  ])("has the declared spelling of an equal amount: %s is %s", (declared, living) => {
    expect(seen(amounts(declared), amounts(living))).toEqual(amounts(declared));
  });

  test.each([
    ["512Mi", "512M"],
    ["1Gi", "1"],
    ["1Gi", "much"],
  ])("has another amount as it is: %s is not %s", (declared, living) => {
    expect(seen(amounts(declared), amounts(living))).toEqual(amounts(living));
  });

  test("shows elements of a list that nobody declared, and forgives another order of named ones", () => {
    const a = { name: "a", image: "1" };
    const b = { name: "b", image: "2" };
    expect(seen({ containers: [a, b] }, { containers: [b, a] })).toEqual({ containers: [a, b] });
    expect(seen({ containers: [a] }, { containers: [b, a] })).toEqual({ containers: [a, b] });
    expect(seen({ containers: [a, b] }, { containers: [a] })).toEqual({ containers: [a] });
    expect(seen({ ingress: [{ from: [] }] }, { ingress: [{ from: [], extra: 1 }, { ports: [] }] })).toEqual({
      ingress: [{ from: [] }, { ports: [] }],
    });
    expect(seen({ args: ["a", "b"] }, { args: ["b", "a"] })).toEqual({ args: ["b", "a"] });
  });

  test("shows names that nobody declared where every name counts", () => {
    expect(seen({ selector: { a: "1" } }, { selector: { a: "1", b: "2" } })).toEqual({
      selector: { a: "1", b: "2" },
    });
    const declared: Manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", labels: { x: "1" } },
      data: { conf: "1" },
    };
    const living = {
      ...declared,
      metadata: { name: "a", labels: { x: "1", "kubernetes.io/metadata.name": "a" } },
      data: { conf: "1", more: "2" },
    };
    expect(projectOnto(declared, living)).toEqual({ ...declared, data: { conf: "1", more: "2" } });
  });
});

test("an object that nobody declares is shown without what only the server knows, and without a secret's values", () => {
  const living = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "old",
      namespace: "shop",
      uid: "u",
      resourceVersion: "7",
      creationTimestamp: "2026-01-01T00:00:00Z",
      managedFields: [{ manager: "queueform" }],
      annotations: {
        "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"password":"aHVudGVyMg=="}}',
        note: "x",
      },
    },
    data: { password: "aHVudGVyMg==" },
    status: { phase: "x" },
  };
  expect(trimmed(living)).toEqual({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "old", namespace: "shop", annotations: { note: "x" } },
    data: { password: "(hidden)" },
  });
});

test("a merge patch takes away what is not declared and resets what differs, and nothing else", () => {
  const living = { a: 1, more: 2, list: [1], block: { same: 1, differs: 1, more: 1 }, same: { x: [1] } };
  const declared = { a: 1, list: [2], block: { same: 1, differs: 2 }, same: { x: [1] }, missing: true };
  expect(mergePatch(living, declared)).toEqual({
    more: null,
    list: [2],
    block: { differs: 2, more: null },
    missing: true,
  });
  expect(mergePatch(declared, declared)).toEqual({});
});
