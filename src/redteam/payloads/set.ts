import type { Payload } from '../payload.ts'
import { hiddenPayloads } from './hidden.ts'
import { languagePayloads } from './languages.ts'
import { placePayloads } from './places.ts'
import { plainPayloads } from './plain.ts'

/** The version of the whole set: goes up whenever a payload is added, changed or taken out. */
export const payloadSetVersion = 1

/** All payloads, in the order in which they are tried. */
export const payloads: readonly Payload[] = [...plainPayloads, ...hiddenPayloads, ...languagePayloads, ...placePayloads]
