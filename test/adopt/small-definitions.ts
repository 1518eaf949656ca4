/** An export that has one of each. */
export const definitions = `{
  "rabbit_version": "3.12.1",
  "users": [{ "name": "u", "password_hash": "x", "tags": ["administrator"], "limits": {} }],
  "vhosts": [{ "name": "v", "metadata": { "description": "d", "tags": [], "default_queue_type": "classic" }, "limits": [] }],
  "permissions": [{ "user": "u", "vhost": "v", "configure": "^$", "write": "^(?:e)$", "read": ".*" }],
  "topic_permissions": [{ "user": "u", "vhost": "v", "exchange": "e", "write": "a", "read": "b" }],
  "parameters": [{ "vhost": "v", "component": "vhost-limits", "name": "limits", "value": { "max-queues": 3 } }],
  "global_parameters": [{ "name": "cluster_name", "value": "c" }],
  "policies": [{ "vhost": "v", "name": "p", "pattern": "^q", "apply-to": "queues", "priority": 1, "definition": { "max-length": 5 } }],
  "exchanges": [{ "name": "e", "vhost": "v", "type": "topic", "durable": true, "auto_delete": false, "internal": false, "arguments": {} }],
  "queues": [{ "name": "q", "vhost": "v", "durable": true, "auto_delete": false, "arguments": { "x-dead-letter-exchange": "e", "x-message-ttl": 5 } }],
  "bindings": [{ "source": "e", "vhost": "v", "destination": "q", "destination_type": "queue", "routing_key": "a.#", "arguments": {} }]
}`;
