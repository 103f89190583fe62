/** A scenario could not be played as planned; the reason is what the report says under "not reached". */
export class Unreached extends Error {}

/** The system refused a step that the charter forbids: nothing was broken. */
export class Held extends Error {}
