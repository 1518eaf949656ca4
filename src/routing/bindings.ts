import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import type { Json } from "../topology/json.ts";
import { headersMatch } from "./headers.ts";
import { topicMatches } from "./topic.ts";

/** The bindings of one exchange. Those that ask for one key are looked up, however many there are. */
export class BindingIndex {
  private readonly type: string;
  private readonly byKey: ReadonlyMap<string, readonly BindingSpec[]>;
  private readonly others: readonly BindingSpec[];
  private readonly place: ReadonlyMap<BindingSpec, number>;

  constructor(type: string, bindings: readonly BindingSpec[]) {
    this.type = type;
    const asksForOne = ({ routingKey }: BindingSpec): boolean =>
      type === "direct" || (type === "topic" && !/[*#]/.test(routingKey));
    this.byKey = Map.groupBy(bindings.filter(asksForOne), ({ routingKey }) => routingKey);
    this.others = bindings.filter((binding) => !asksForOne(binding));
    this.place = new Map(bindings.map((binding, index) => [binding, index]));
  }

  /** Those that take a message with these keys and headers, in the order of the files. */
  taking(keys: readonly string[], headers: ReadonlyMap<string, Json>): BindingSpec[] {
    const named = [...new Set(keys)].flatMap((key) => this.byKey.get(key) ?? []);
    const others = this.others.filter((binding) => takes(this.type, binding, keys, headers));
    const place = (binding: BindingSpec): number => this.place.get(binding) ?? 0;
    return [...named, ...others].toSorted((a, b) => place(a) - place(b));
  }
}

function takes(
  type: string,
  { routingKey, arguments: values }: BindingSpec,
  keys: readonly string[],
  headers: ReadonlyMap<string, Json>,
): boolean {
  switch (type) {
    case "fanout":
      return true;
    case "topic":
      return keys.some((key) => topicMatches(routingKey, key));
    case "headers":
      return headersMatch(values, headers);
    case "direct":
      return keys.includes(routingKey);
    default:
      // Which of its bindings a plugin picks is for the plugin to know: any may get the message.
      return true;
  }
}
