import * as pulumi from "@pulumi/pulumi";
import resources from "@pulumi/pulumi/proto/resource_pb.js";

/** One resource as Pulumi's engine would be asked for it. Dependencies are logical names. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  /** What was sent; secrets are `{ secret: value }`. */
  readonly inputs: Record<string, unknown>;
  readonly provider: string;
  readonly protect: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly replaceOnChanges: readonly string[];
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Record<string, readonly string[]>;
  readonly version: string;
}

type Request = InstanceType<typeof resources.RegisterResourceRequest>;
type Callback<T> = (error: Error | null, response?: T) => void;

export interface Run {
  readonly registered: readonly Registration[];
  /** What the program threw. */
  readonly failure?: unknown;
}

/** Runs a program against a monitor of our own, which records what is registered and grants everything. */
export async function run(program: () => Promise<unknown>, stack = "dev"): Promise<Run> {
  const registered: Registration[] = [];
  let failure: unknown;
  const monitor = {
    getDeploymentInfo: (_request: unknown, callback: Callback<unknown>): void => {
      const info = new resources.DeploymentInfo();
      info.setSupportedfeaturesList([resources.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_SECRETS]);
      callback(null, info);
    },
    registerResource: (request: Request, callback: Callback<unknown>): void => {
      if (request.getType() !== "pulumi:pulumi:Stack") registered.push(registration(request));
      const response = new resources.RegisterResourceResponse();
      response.setUrn(`urn:pulumi:${stack}::queueform::${request.getType()}::${request.getName()}`);
      if (request.getCustom()) response.setId(`id of ${request.getName()}`);
      response.setObject(request.getObject());
      callback(null, response);
    },
    registerResourceOutputs: (_request: unknown, callback: Callback<unknown>): void =>
      callback(null, undefined),
  };
  pulumi.runtime.setMockOptions(monitor, "queueform", stack, false);
  await pulumi.runtime.runInPulumiStack(async () => {
    try {
      await program();
    } catch (error) {
      failure = error;
    }
  });
  await pulumi.runtime.disconnect();
  return { registered, failure };
}

function registration(request: Request): Registration {
  const properties = [...request.getPropertydependenciesMap().entries()] as [
    string,
    { getUrnsList(): string[] },
  ][];
  return {
    type: request.getType(),
    name: request.getName(),
    inputs: readable(request.getObject()?.toJavaScript()) as Record<string, unknown>,
    provider: nameIn(request.getProvider().replace(/::[^:]*$/, "")),
    protect: request.getProtect() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplace() ?? false,
    replaceOnChanges: request.getReplaceonchangesList(),
    dependencies: request.getDependenciesList().map(nameIn),
    propertyDependencies: Object.fromEntries(
      properties.map(([property, urns]) => [property, urns.getUrnsList().map(nameIn)]),
    ),
    version: request.getVersion(),
  };
}

/** `urn:pulumi:<stack>::<project>::<type>::<name>` */
const nameIn = (urn: string): string => urn.split("::").slice(3).join("::");

const signature = "4dabf18193072939515e22adb298388d";

function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  if (signature in value && "value" in value) return { secret: readable(value.value) };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readable(inner)]));
}
