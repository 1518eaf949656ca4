import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import { both, isKey, named, type Sample, samplesOf, unasked } from "../routing/samples.ts";
import type { Simulator } from "../routing/simulate.ts";

/** More keys that people wrote down are not tried beside the samples of one pattern: they only make sentences nicer. */
const mostNamed = 50;

/** The exchanges and bindings of one vhost before and after a change, to find the messages worth trying. */
export class Paths {
  private readonly sides: readonly Simulator[];
  private readonly outgoing: ReadonlyMap<string, BindingSpec[]>;
  private readonly incoming: ReadonlyMap<string, BindingSpec[]>;
  private readonly alternateOf: ReadonlyMap<string, string[]>;
  private readonly longest: number;
  private readonly known = new Map<string, Sample[]>();

  constructor(sides: readonly Simulator[], bindings: readonly BindingSpec[]) {
    this.sides = sides;
    this.outgoing = Map.groupBy(bindings, ({ source }) => source);
    this.incoming = Map.groupBy(
      bindings.filter(({ destinationType }) => destinationType === "exchange"),
      ({ destination }) => destination,
    );
    const alternates = sides.flatMap((side) =>
      side.exchangeNames().flatMap((name) => {
        const alternate = side.exchange(name)?.alternate;
        return alternate === undefined ? [] : [{ name, alternate }];
      }),
    );
    this.alternateOf = new Map(
      [...Map.groupBy(alternates, ({ alternate }) => alternate)].map(([alternate, of]) => [
        alternate,
        of.map(({ name }) => name),
      ]),
    );
    this.longest = bindings.reduce((most, { routingKey }) => Math.max(most, routingKey.split(".").length), 1);
  }

  /** What a binding takes, and where it leads to another exchange, also what that one tells apart. */
  through(binding: BindingSpec): Sample[] {
    const own = this.own(binding);
    return binding.destinationType === "queue" ? own : [...own, ...pairs(own, this.of(binding.destination))];
  }

  /** All that the bindings of an exchange tell apart, and what none of them asks for. */
  of(exchange: string): Sample[] {
    const known = this.known.get(exchange);
    if (known) return known;
    // Exchanges can be bound in a circle: what comes back adds nothing.
    this.known.set(exchange, []);
    const alternates = this.sides.flatMap((side) => side.exchange(exchange)?.alternate ?? []);
    const found = distinct([
      ...(this.outgoing.get(exchange) ?? []).flatMap((binding) => this.through(binding)),
      ...unasked(this.longest),
      ...alternates.flatMap((alternate) => this.of(alternate)),
    ]);
    this.known.set(exchange, found);
    return found;
  }

  /** From where messages like these come to an exchange: itself, and all before it, with what gets that far. */
  towards(exchange: string, samples: readonly Sample[]): Map<string, Sample[]> {
    const found = new Map<string, Sample[]>();
    const visit = (name: string, wanted: readonly Sample[], seen: ReadonlySet<string>): void => {
      if (wanted.length === 0 || seen.has(name)) return;
      found.set(name, distinct([...(found.get(name) ?? []), ...wanted]));
      const further = new Set(seen).add(name);
      for (const binding of this.incoming.get(name) ?? [])
        visit(binding.source, pairs(this.own(binding), wanted), further);
      for (const before of this.alternateOf.get(name) ?? []) visit(before, wanted, further);
    };
    visit(exchange, samples, new Set());
    return found;
  }

  /** The exchanges from which an exchange gets messages, itself among them. */
  before(exchange: string): string[] {
    return [...this.towards(exchange, [{ headers: {} }]).keys()];
  }

  /**
   * The keys that people wrote down (`carried`, or in bindings) and that are like one of the samples. Where an exchange
   * has an alternate, also what the samples share with other patterns: it matters there that somebody else takes it.
   */
  shared(exchange: string, samples: readonly Sample[], carried: readonly string[]): Sample[] {
    const open = samples.filter((one) => !isKey(one));
    if (open.length === 0) return [];
    const all = this.of(exchange);
    const keys = [...carried.map(named), ...all.filter(isKey)].filter(({ words }) => words?.length !== 0);
    const likeThem = keys.flatMap((one) => pairs([one], open).slice(0, 1));
    return this.alternateOf.size === 0
      ? likeThem.slice(0, mostNamed)
      : [
          ...likeThem,
          ...pairs(
            all.filter((one) => !isKey(one)),
            open,
          ),
        ];
  }

  private own(binding: BindingSpec): Sample[] {
    const types = new Set(this.sides.flatMap((side) => side.exchange(binding.source)?.type ?? []));
    return [...types].flatMap((type) => samplesOf(binding, type, this.longest));
  }
}

function pairs(some: readonly Sample[], others: readonly Sample[]): Sample[] {
  const found: Sample[] = [];
  // Exchanges with thousands of bindings come here: most pairs have nothing in common.
  for (const one of some)
    for (const other of others) {
      const shared = both(one, other);
      if (shared) found.push(shared);
    }
  return distinct(found);
}

/** The first of those that mean the same. */
export function distinct(samples: readonly Sample[]): Sample[] {
  const found = new Map<string, Sample>();
  for (const sample of samples) {
    const id = JSON.stringify([sample.words, sample.headers]);
    if (!found.has(id)) found.set(id, sample);
  }
  return [...found.values()];
}
