import { describe, expect, test } from "vitest";
import { adopted, readText, textsOf } from "./adopting.ts";

describe("many names are split by what they are about", () => {
  const filesOf = (names: readonly string[]): string[] => {
    const text = JSON.stringify({ queues: names.map((name) => ({ name, vhost: "/" })) });
    return Object.keys(textsOf(adopted(readText("definitions.json", text)))).toSorted();
  };
  const upper = (topic: string): string => topic.replace(/^./, (first) => first.toUpperCase());
  const about = (form: (topic: string) => readonly string[]): string[] =>
    ["audit", "billing", "mail", "search", "stock", "users", "web", "zones", "odds"].flatMap(form);

  test("not by what they are to the broker", () => {
    const names = about((topic) => [`q.${topic}`, `dlq.q.${topic}`, `${topic}-retry.5s`]);
    expect(filesOf([...names, "dlq"])).toEqual(
      [...about((topic) => [`${topic}.yaml`]), "rabbitmq.yaml"].toSorted(),
    );
  });

  test("not by what only numbers them", () => {
    const names = about((topic) => [1, 2, 33].map((nth) => `tenant-${nth}.${topic}`));
    expect(filesOf(names)).toEqual(["tenant.yaml"]);
  });

  test("and below what all of them begin with", () => {
    const names = about((topic) => [`acme.${topic}.a`, `acme.${topic}.b`, `Acme${upper(topic)}C`]);
    expect(filesOf(names)).toEqual(about((topic) => [`acme-${topic}.yaml`]).toSorted());
  });
});
