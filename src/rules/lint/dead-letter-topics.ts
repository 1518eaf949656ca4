import { topicKey } from "../../kinds/key.ts";
import type { TopicSpec } from "../../kinds/kafka-topic/definition.ts";
import { sideTopicsOf, type TopicWithRetry } from "../../patterns/kafka-retry/side-topics.ts";
import type { Compiled, Model } from "../../plan/model.ts";

type Topic = Compiled<TopicWithRetry, TopicSpec>;

/** The topics whose dead letter topic somebody declared by name; those that are made for them fit by construction. */
export function deadLetterTopics(model: Model): { readonly topic: Topic; readonly deadLetter: Topic }[] {
  return model.ofKind<TopicWithRetry, TopicSpec>("kafka-topic").flatMap((topic) => {
    const { deadLetter: name } = sideTopicsOf(topic.name, topic.value);
    if (name === undefined) return [];
    const deadLetter = model.byKey.get(topicKey(topic.cluster, name)) as Topic | undefined;
    return deadLetter && deadLetter.addedBy === undefined ? [{ topic, deadLetter }] : [];
  });
}
