import { expect } from "vitest";
import { applyPlan } from "../../src/apply/apply.ts";
import type { ApplyResult } from "../../src/apply/result.ts";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import { environmentOf, noSecrets, planFrom } from "../brokers/project.ts";
import { ownName, rabbitmqClient, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { clientIn, type VhostClient } from "./vhost-client.ts";

/** A vhost of one's own on a real RabbitMQ, with what clients do there. */
export interface Vhost extends VhostClient {
  readonly name: string;
  /** Applies a topology; `rest` is what stands under `rabbitmq:`. */
  apply(rest: string): Promise<void>;
  /** The same, and may be refused. */
  tryApply(rest: string, ...allow: string[]): Promise<ApplyResult>;
  /** The same as `apply`, and deletes the bindings that it no longer has, which the direct engine does only when told to. */
  applyExactly(rest: string): Promise<void>;
  clear(): Promise<void>;
}

export async function vhostOn(broker: RabbitmqState = sharedRabbitmq()): Promise<Vhost> {
  const name = ownName("behaviour");
  const environment = environmentOf({ rabbitmq: broker });
  const tryApply: Vhost["tryApply"] = (rest, ...allow) => {
    const plan = planFrom(
      `rabbitmq:\n  version: "${versionOf(broker)}"\n  vhost: ${name}\n  vhosts: { ${name}: {} }\n${rest}`,
    );
    return applyPlan(plan, environment, noSecrets, { allow, onProgress: () => undefined });
  };
  const send = async (rest: string, allow: readonly string[] = []): Promise<ApplyResult> => {
    const result = await tryApply(rest, ...allow);
    expect(result).toMatchObject({ refused: [], failed: [], problems: [] });
    return result;
  };
  const apply: Vhost["apply"] = async (rest) => {
    await send(rest);
  };
  await apply("");
  const client = await clientIn(name, broker);
  return {
    name,
    apply,
    tryApply,
    applyExactly: async (rest) => {
      const { unmanaged } = await send(rest);
      const stale = unmanaged.filter(({ kind }) => kind === "rabbitmq-binding").map(({ key }) => key);
      if (stale.length > 0) await send(rest, stale);
    },
    ...client,
    clear: async () => {
      await client.close();
      const management = rabbitmqClient(broker);
      await management.deleteVhost(name);
      management.close();
    },
  };
}

/** As files say it: major and minor. */
const versionOf = ({ version }: RabbitmqState): string => version.split(".").slice(0, 2).join(".");
