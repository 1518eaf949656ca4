import type { Environment } from "../../environment/environment.ts";
import { keyOf } from "../../kinds/key.ts";
import type { Broker } from "../../kinds/kind.ts";
import type { Ailment, Unchecked } from "../../live/connection.ts";
import type { Finding, Ignore, WithoutIgnored } from "../../live/ignore.ts";
import { type ClusterState, wasRead } from "../../live/observe.ts";
import { type Outcome, outcomeOf, outcomeOfMissing } from "../../live/outcome.ts";
import type { StateDifferences } from "../../stack/state.ts";
import type { Target } from "../../live/targets.ts";
import type { Origin, PlanObject } from "../../plan/plan.ts";
import { originOfField } from "../../plan/model.ts";
import type { Change, FieldChange } from "../../review/changes.ts";
import { positionOf } from "../../topology/mark.ts";
import { fromRoot, type ShownChange, shownChange } from "../review/document.ts";
import { repairOf } from "./repair.ts";

/** What `drift --output json` prints and every other format is made from; schema/drift.schema.json describes it. */
export interface DriftDocument {
  /** Goes up when a reader of the old form could misunderstand the new one; what is only added doesn't change it. */
  readonly formatVersion: 1;
  readonly environment: string;
  readonly engine: Environment["engine"];
  readonly clusters: readonly ClusterReport[];
  readonly changed: readonly ChangedObject[];
  readonly missing: readonly MissingObject[];
  readonly unmanaged: readonly { readonly key: string; readonly kind: string }[];
  readonly unchecked: readonly Unchecked[];
  readonly ignored: readonly IgnoredFinding[];
  /** Entries of queueform.ignore.yaml that match nothing; absent where not everything was looked at. */
  readonly unusedIgnores?: readonly { readonly entry: string; readonly origin: Origin }[];
  /** Not configured wrongly, and not well all the same. They don't count for the exit code. */
  readonly warnings: readonly Ailment[];
  /** Absent where no state of Pulumi was at hand, and where Pulumi is not the engine. */
  readonly state?: StateDifferences;
  /** Commands that put the brokers right, in their order; the lines that begin with # say what for. */
  readonly repair: readonly string[];
}

export interface ClusterReport extends ClusterState {
  readonly broker: Broker;
  readonly identity?: string;
  readonly version?: string;
  readonly compared: number;
  /** Compared objects in per cent of the declared ones, rounded down to one decimal. */
  readonly coverage: number;
}

/** In its fields, `before` is the broker and `after` the file. */
export interface ChangedObject extends Omit<ShownChange, "before" | "after" | "fields"> {
  readonly fields: readonly ChangedField[];
  /** Where it is declared; absent for what newer objects have taken the place of. */
  readonly origin?: Origin;
  readonly outcome: Outcome;
}

export interface ChangedField extends FieldChange {
  /** The line that gave the field its value; absent where no file says it. */
  readonly origin?: Origin;
}

export interface MissingObject {
  readonly key: string;
  readonly kind: string;
  readonly origin?: Origin;
  readonly outcome: Outcome;
}

interface IgnoredFinding {
  readonly key: string;
  readonly finding: Finding;
  readonly field?: string;
  readonly reason: string;
  readonly origin: Origin;
}

export interface Inspected {
  readonly environment: Environment;
  readonly targets: readonly Target[];
  readonly rest: WithoutIgnored;
  readonly ailments: readonly Ailment[];
  readonly state?: StateDifferences;
  /** Leads from the root of the repository to where the command runs: files are named from the root. */
  readonly folder: string;
  /** Whether all files were read: a part of them can't tell that an entry of the ignore file is unused. */
  readonly isEverything: boolean;
}

export function driftDocument(inspected: Inspected): DriftDocument {
  const { environment, targets, rest, ailments, state, folder, isEverything } = inspected;
  const { changed, missing, unmanaged, unchecked, clusters } = rest.drift;
  const isComplete = clusters.every(({ state: how }) => how === "read");
  const shownChanges = changed.map((change) => changedObject(change, inspected));
  const shownMissing = missing.map((object) => shownObject(object, environment, folder));
  return {
    formatVersion: 1,
    environment: environment.name,
    engine: environment.engine,
    clusters: clusters.map((cluster) => clusterReport(cluster, targets, unchecked)),
    changed: shownChanges,
    missing: shownMissing,
    unmanaged: unmanaged.map(({ key, kind }) => ({ key, kind })),
    unchecked,
    ignored: rest.ignored.map(({ key, finding, field, ignore }) => ({
      key,
      finding,
      ...(field !== undefined && { field }),
      reason: ignore.reason,
      origin: originOf(ignore, folder),
    })),
    ...(isComplete &&
      isEverything && {
        unusedIgnores: rest.unused.map((ignore) => ({
          entry: ignore.key ?? ignore.keys ?? "",
          origin: originOf(ignore, folder),
        })),
      }),
    warnings: ailments,
    ...(state && { state }),
    repair: repairOf(environment, [...shownChanges, ...shownMissing], state?.unknown),
  };
}

const originOf = ({ mark: { source, start } }: Ignore, folder: string): Origin => ({
  file: fromRoot(folder, source.path),
  ...positionOf(source, start),
});

function clusterReport(
  cluster: ClusterState,
  targets: readonly Target[],
  unchecked: readonly Unchecked[],
): ClusterReport {
  const { broker, cluster: name, declared } = cluster;
  const { identity, version } =
    targets.find((target) => target.broker === broker && target.cluster === name) ?? {};
  const place = `${keyOf(broker, name)}/`;
  const doubts = new Set(unchecked.flatMap(({ key }) => (key.startsWith(place) ? key : [])));
  const compared = wasRead(cluster) ? declared - doubts.size : 0;
  return {
    ...cluster,
    ...(identity !== undefined && { identity }),
    ...(version !== undefined && { version }),
    compared,
    coverage: Math.floor((compared * 1000) / declared) / 10,
  };
}

function changedObject(change: Change, { environment, state, folder }: Inspected): ChangedObject {
  const { before: _before, after: _after, fields, ...shown } = shownChange(change);
  // Only asked of what is in no file.
  const isInState = state?.undeclared.includes(change.key);
  return {
    ...shown,
    fields: fields.map((field) => ({
      ...field,
      ...placeOf(change.after && originOfField(change.after, field.field), folder),
    })),
    ...placeOf(change.after?.origin, folder),
    outcome: outcomeOf(change, environment, isInState),
  };
}

const shownObject = (object: PlanObject, environment: Environment, folder: string): MissingObject => ({
  key: object.key,
  kind: object.kind,
  ...placeOf(object.origin, folder),
  outcome: outcomeOfMissing(object, environment),
});

function placeOf(origin: Origin | undefined, folder: string): { readonly origin?: Origin } {
  return origin ? { origin: { ...origin, file: fromRoot(folder, origin.file) } } : {};
}
