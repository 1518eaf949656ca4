/** Why a broker could not be asked: a sentence that says what was tried, what came back and what to do. Exit code 3. */
export class BrokerError extends Error {}

/** The login may not do what was asked. What else it asks for can still be told. */
export class NotAllowed extends BrokerError {}
