import { kinds } from "../kinds/definitions.generated.ts";
import { keyOf } from "../kinds/key.ts";
import type { PlanObject } from "../plan/plan.ts";
import type { Found } from "./takeover.ts";

/** What `pulumi import --file` reads. */
export interface ImportFile {
  /** URNs of providers, which are in the state already, by the names that resources say. */
  readonly nameTable: Readonly<Record<string, string>>;
  readonly resources: readonly {
    readonly type: string;
    /** The logical name, which is the key of the object. */
    readonly name: string;
    readonly id: string;
    readonly provider: string;
  }[];
}

/** `project` is the name in Pulumi.yaml. */
export function importFile(found: readonly Found[], project: string, stack: string): ImportFile {
  const providers = new Map(
    found.map(({ object }) => [providerName(object), providerUrn(object, project, stack)]),
  );
  return {
    nameTable: Object.fromEntries(providers),
    resources: found.map(({ object, type, id }) => ({
      type,
      name: object.key,
      id,
      provider: providerName(object),
    })),
  };
}

/** Whether Pulumi refuses to delete or replace it. An import run protects all of its objects or none. */
export const isProtected = ({ kind, spec }: PlanObject): boolean => kinds[kind]?.protects(spec) === true;

/** As provision.ts registers the providers. */
const brokerOf = ({ kind }: PlanObject): string => kinds[kind]!.broker;
const providerName = (object: PlanObject): string => keyOf(brokerOf(object), object.cluster);

export const providerUrn = (object: PlanObject, project: string, stack: string): string =>
  `urn:pulumi:${stack}::${project}::pulumi:providers:${brokerOf(object)}::${providerName(object)}`;
