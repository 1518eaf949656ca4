import type { TopicSpec, TopicValue } from "../../kinds/kafka-topic/definition.ts";
import type { Compiled, Model } from "../../plan/model.ts";
import { keyMarkOf, type Mark } from "../../topology/mark.ts";

export type Topic = Compiled<TopicValue, TopicSpec>;

/** The topics that stand in files; those that patterns add are like the one that they are for. */
export const writtenTopics = (model: Model): readonly Topic[] =>
  model.ofKind<TopicValue, TopicSpec>("kafka-topic").filter(({ addedBy }: Topic) => addedBy === undefined);

/**
 * The topics that are meant to survive the loss of a broker: not those on a sandbox, which has one. Without an
 * environment all of them.
 */
export function durableTopics(model: Model): readonly Topic[] {
  const clusters = model.environment?.clusters.kafka;
  const isSandbox = (cluster: string): boolean => {
    const mark = clusters?.get(cluster)?.mark;
    return mark !== undefined && mark.source.text.slice(mark.start, mark.end).includes("${sandbox:");
  };
  const known = new Map<string, boolean>();
  return writtenTopics(model).filter(({ cluster }) => {
    if (!known.has(cluster)) known.set(cluster, isSandbox(cluster));
    return !known.get(cluster);
  });
}

/**
 * Topics whose value stands at the same place: one line of an overlay can set it for hundreds, and is one thing to say.
 * Each group comes as a text that names the first and counts the others.
 */
export function bySetting(
  topics: readonly Topic[],
  ...path: string[]
): { readonly named: string; readonly first: Topic; readonly mark: Mark }[] {
  const groups = Map.groupBy(topics, (topic) => {
    const { source, start } = keyMarkOf(topic.value, ...path) ?? topic.mark;
    return `${source.path} ${start}`;
  });
  return [...groups.values()].map((group) => {
    const first = group[0]!;
    const more = group.length === 1 ? "" : ` (and ${group.length - 1} more)`;
    return { named: `"${first.name}"${more}`, first, mark: keyMarkOf(first.value, ...path) ?? first.mark };
  });
}

export const replicasInSync = ({ spec }: Topic): number => Number(spec.config["min.insync.replicas"] ?? 1);
