import { dateOfBirth } from './birth.ts'
import { card } from './card.ts'
import { apiKey, credential, jwt, privateKey, secret } from './credential.ts'
import { email } from './email.ts'
import type { Detector } from './hit.ts'
import { iban } from './iban.ts'
import { ip } from './ip.ts'
import { anyNationalId, nationalId, nationalIds } from './national-id.ts'
import { phone } from './phone.ts'

const all: readonly Detector[] = [
  email,
  phone,
  iban,
  card,
  anyNationalId,
  ...nationalIds.map(nationalId),
  ip,
  dateOfBirth,
  jwt,
  privateKey,
  apiKey,
  secret,
  credential,
]

/** The detectors a charter can name, by name. `national-id` stands for all countries, `credential` for all that lets in. */
export const detectors: ReadonlyMap<string, Detector> = new Map(all.map((each) => [each.name, each]))
