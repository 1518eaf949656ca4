import { BrokerError, NotAllowed } from "./error.ts";
import { seconds } from "./patience.ts";
import { withoutSecrets } from "./redact.ts";
import { tlsFailure } from "./tls-failure.ts";

export interface RedisLogin {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** The default user when absent. */
  readonly username?: string;
  readonly password?: string;
  /** Milliseconds that it may be silent; some seconds when absent. */
  readonly timeout?: number;
}

/** Such as ["hgetall", key]; the library wants lower case. */
export type RedisCommand = readonly [name: string, ...args: string[]];

export interface RedisClient {
  /** One section of INFO, by field. Throws BrokerError. */
  info(section: "server" | "memory" | "persistence" | "stats"): Promise<Readonly<Record<string, string>>>;
  /** Sends commands together; resolves to their answers, in order. Throws BrokerError if one of them is refused. */
  send(commands: readonly RedisCommand[]): Promise<unknown[]>;
  close(): void;
}

const usualTimeout = 5000;

/** For ioredis, also inside the job libraries: never tries twice, and waits for nobody longer than some seconds. */
export const connectionOptions = ({
  host,
  port,
  tls,
  username,
  password,
  timeout = usualTimeout,
}: RedisLogin) => ({
  host,
  port,
  ...(tls && { tls: {} }),
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
  connectTimeout: timeout,
  commandTimeout: timeout,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
});

/** Connects and logs in. Throws BrokerError when nobody answers or the login is refused; never tries twice. */
export async function openRedis(login: RedisLogin): Promise<RedisClient> {
  // Loaded here and not above: only commands that talk to a Redis need it.
  const { Redis } = await import("ioredis");
  const redis = new Redis({ ...connectionOptions(login), lazyConnect: true, enableReadyCheck: false });
  // The promises below tell too, but only this event says why a connection was lost.
  let lost: Error | undefined;
  redis.on("error", (error: Error) => (lost = error));
  const orFailure = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      // A command that is refused says nothing about the others.
      if (reason.name !== "ReplyError") redis.disconnect();
      throw failure(login, lost ?? reason);
    }
  };
  await orFailure(redis.connect());
  return {
    info: async (section) => {
      const answer: unknown = await orFailure(redis.info(section));
      if (typeof answer !== "string") throw notRedis(login);
      return fields(answer);
    },
    send: async (commands) => {
      const answers = await orFailure(redis.pipeline(commands.map((command) => [...command])).exec());
      return Promise.all(
        (answers ?? []).map(([error, answer]) => (error ? orFailure(Promise.reject(error)) : answer)),
      );
    },
    close: () => redis.disconnect(),
  };
}

function fields(info: string): Record<string, string> {
  const lines = info.split("\r\n").filter((line) => line.includes(":"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]),
  );
}

const placeOf = ({ host, port }: RedisLogin): string => `${host}:${port}`;

const notRedis = (login: RedisLogin): BrokerError =>
  new BrokerError(
    `What answers at ${placeOf(login)} is not Redis, or something in between changes what passes. Check the endpoint in the stack file.`,
  );

function failure(login: RedisLogin, error: Error): BrokerError {
  const { message } = error;
  const place = placeOf(login);
  if (message.startsWith("NOPERM"))
    return new NotAllowed(
      `Redis at ${place} does not let this user do what is needed: its settings are read with INFO (+info), job queues under the keys of their prefix and queueform:*. It says: ${message}`,
    );
  if (error.name === "ParserError") return notRedis(login);
  return new BrokerError(sentence(place, error, login));
}

function sentence(place: string, error: Error, { tls, password = "", timeout }: RedisLogin): string {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const message = withoutSecrets(error.message, [password]);
  if (code === "ECONNREFUSED")
    return `Nothing answers at ${place}: the connection was refused. Check that Redis runs, and the endpoint in the stack file.`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return `The host of ${place} can't be found (${code}). Check the endpoint in the stack file, and that this machine may look it up.`;
  if (code === "ETIMEDOUT" || /timed? ?out/i.test(message))
    return `Redis at ${place} did not answer within ${seconds(timeout ?? usualTimeout)}. Check the network, a firewall, and whether it ${tls ? "speaks TLS: without, the endpoint begins with redis:" : "wants TLS (rediss:)"}.`;
  if (message.startsWith("NOAUTH"))
    return `Redis at ${place} asks for a password. Name it as a secret in the stack file.`;
  if (/^WRONGPASS|invalid username-password|invalid password/i.test(message))
    return `Redis at ${place} refuses the login: the user or the password is wrong. Check the secret that the stack file names.`;
  if (message.startsWith("LOADING"))
    return `Redis at ${place} is still reading its data from disk. Try again when it is done.`;
  if (message.startsWith("WRONGTYPE"))
    return `Redis at ${place} has something else under a key of a job queue, so the queue's library can't use it either. Look at the keys under the prefix of its queues, and at queueform:job-queues.`;
  const overTls = tlsFailure(place, code, {
    authority: "Have Node trust its authority with NODE_EXTRA_CA_CERTS.",
    plain: "Check whether the endpoint should begin with redis: instead.",
    client: "Queueform has none to show: let it ask for a password only (tls-auth-clients no).",
  });
  return overTls ?? `Redis at ${place} can't be asked (${code || message}).`;
}
