export interface KafkaAddresses {
  /** Where the broker listens, as in "0.0.0.0:9092". */
  listen: string;
  /** Where clients find it. */
  advertised: string;
  /** The same for clients that log in as one of the users that were made on it. */
  loginListen: string;
  loginAdvertised: string;
  /** Where the controller, the same process, listens. */
  controller: string;
  /** Folder of its data. */
  data: string;
}

/**
 * The settings of a Kafka that is its own controller, whose clients need no login and may do everything. Those that log in
 * all the same, with SCRAM-SHA-512 at an address of its own, may do what ACLs say.
 */
export function kafkaSettings({
  listen,
  advertised,
  loginListen,
  loginAdvertised,
  controller,
  data,
}: KafkaAddresses): Record<string, string> {
  return {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@${controller}`,
    listeners: `PLAINTEXT://${listen},LOGIN://${loginListen},CONTROLLER://${controller}`,
    "advertised.listeners": `PLAINTEXT://${advertised},LOGIN://${loginAdvertised}`,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    // Called LOGIN, because the official image asks for a login file when a listener is called SASL_PLAINTEXT.
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,LOGIN:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "listener.name.login.scram-sha-512.sasl.jaas.config":
      "org.apache.kafka.common.security.scram.ScramLoginModule required;",
    "log.dirs": data,
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "true",
    "super.users": "User:ANONYMOUS",
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    // Deleted topics keep their files mapped into memory for a minute by default. Whoever deletes and makes a thousand of them
    // again and again, as the benchmark does, was now and then left without an answer.
    "log.segment.delete.delay.ms": "1000",
    // A broker that was killed may come back only when its old session is over: by default, nine seconds.
    "broker.heartbeat.interval.ms": "1000",
    "broker.session.timeout.ms": "4000",
  };
}
