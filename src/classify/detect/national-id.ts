import validator from 'validator'
import { traitsOf } from '../traits.ts'
import {
  bsn,
  fodselsnummer,
  germanTaxId,
  ibero,
  insee,
  luhn,
  mod97Belgium,
  ownDigits,
  pesel,
  rut,
  ssn,
  tfn,
  verhoeff,
  weighted,
} from './check-digit.ts'
import { longestHits } from './digits.ts'
import { type Detector, type Hit, type Place, speaksOf } from './hit.ts'

/** A number a state gives a person. */
export interface NationalId {
  readonly name: string
  /** As it is written, anywhere in a text; linear. */
  readonly shape: RegExp
  /** Whether the letters and digits of it, in upper case, can be one. */
  readonly check: (compact: string) => boolean
  /** Words that say what it is; where the check is weak, one has to stand before it or in the name of the field. */
  readonly words: RegExp
  /** Strong enough by itself: written as (shape) or checked as no other number is. */
  readonly alone?: RegExp
  /** How many digits it has at least; 6 where nothing else is said. */
  readonly digits?: number
}

const any = /^/
const generic =
  'national id|identity|identification|id (?:card|number|no)|personal (?:id|number|code)|tax (?:id|number|payer)|taxpayer'
const said = (words: string): RegExp => new RegExp(`\\b(?:${words}|${generic})\\b`, 'u')

/** The ids that are looked for, as data. */
export const nationalIds: readonly NationalId[] = [
  {
    name: 'us-ssn',
    shape: /\b\d{3}[- ]?\d{2}[- ]?\d{4}\b/g,
    check: ssn,
    words: said('ssn|social security|social'),
    alone: /^\d{3}-\d{2}-\d{4}$/,
  },
  {
    name: 'uk-nino',
    shape: /\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b/gi,
    check: (text) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(text),
    words: said('nino|national insurance|ni number|insurance'),
    alone: any,
  },
  {
    name: 'de-tax-id',
    shape: /\b\d{2} ?\d{3} ?\d{3} ?\d{3}\b/g,
    check: germanTaxId,
    words: said('steuer\\S*|idnr|tin|tax'),
  },
  {
    name: 'es-dni',
    shape: /\b(?:\d{8}|\d{2}\.\d{3}\.\d{3}|[XYZ]-?\d{7})-?[A-Z]\b/gi,
    check: (text) => validator.isIdentityCard(text, 'ES'),
    words: said('dni|nie|nif'),
    alone: any,
  },
  {
    name: 'it-codice-fiscale',
    shape: /\b[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]\b/gi,
    check: (text) => validator.isTaxID(text, 'it-IT'),
    digits: 1,
    words: said('codice fiscale|cf'),
    alone: any,
  },
  {
    name: 'fr-nir',
    shape: /\b[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}\b/gi,
    check: insee,
    words: said('nir|sécurité sociale|securite sociale'),
    alone: any,
  },
  {
    name: 'nl-bsn',
    shape: /\b\d{9}\b|\b\d{4}\.\d{2}\.\d{3}\b/g,
    check: bsn,
    words: said('bsn|burgerservicenummer|sofi'),
  },
  { name: 'pl-pesel', shape: /\b\d{11}\b/g, check: pesel, words: said('pesel') },
  {
    name: 'br-cpf',
    shape: /\b\d{3}\.?\d{3}\.?\d{3}-?\d{2}\b/g,
    check: (text) => validator.isTaxID(text, 'pt-BR'),
    words: said('cpf'),
    alone: /^\d{3}\.\d{3}\.\d{3}-\d{2}$/,
  },
  {
    name: 'be-nrn',
    shape: /\b\d{2}\.?\d{2}\.?\d{2}[- ]?\d{3}\.?\d{2}\b/g,
    check: mod97Belgium,
    words: said('rijksregisternummer|registre national|nrn|niss|insz'),
    alone: /^\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}$/,
  },
  { name: 'pt-nif', shape: /\b[1235689]\d{8}\b/g, check: ibero, words: said('nif|contribuinte') },
  {
    name: 'ch-ahv',
    shape: /\b756\.?\d{4}\.?\d{4}\.?\d{2}\b/g,
    check: (text) => weighted(text, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3], 10),
    words: said('ahv|avs'),
    alone: any,
  },
  {
    name: 'se-personnummer',
    shape: /\b(?:19|20)?\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[6-8]\d|9[01])[-+]?\d{4}\b/g,
    check: (text) => luhn(text.slice(-10)),
    words: said('personnummer'),
    alone: /^\d{6}[-+]\d{4}$/,
  },
  {
    name: 'fi-hetu',
    shape: /\b[0-3]\d[01]\d{3}[-+A-FYXWVU]\d{3}[0-9A-Y]\b/gi,
    check: (text) => validator.isIdentityCard(text.length === 10 ? `${text.slice(0, 6)}-${text.slice(6)}` : text, 'FI'),
    words: said('hetu|henkilötunnus'),
    alone: any,
  },
  {
    name: 'no-fodselsnummer',
    shape: /\b[0-7]\d[0-1]\d{3} ?\d{5}\b/g,
    check: fodselsnummer,
    words: said('fødselsnummer|personnummer|fnr'),
    alone: any,
  },
  { name: 'dk-cpr', shape: /\b[0-3]\d[01]\d{3}-\d{4}\b/g, check: ownDigits, words: said('cpr|personnummer') },
  {
    name: 'in-aadhaar',
    shape: /\b[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}\b/g,
    check: verhoeff,
    words: said('aadhaar|aadhar|uidai'),
  },
  {
    name: 'in-pan',
    shape: /\b[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]\b/gi,
    digits: 4,
    check: ownDigits,
    words: said('pan|permanent account'),
  },
  { name: 'ca-sin', shape: /\b\d{3}[ -]?\d{3}[ -]?\d{3}\b/g, check: luhn, words: said('sin|social insurance') },
  { name: 'au-tfn', shape: /\b\d{3} ?\d{3} ?\d{3}\b/g, check: tfn, words: said('tfn|tax file') },
  {
    name: 'cn-resident-id',
    shape: /\b\d{17}[\dX]\b/gi,
    check: (text) => validator.isIdentityCard(text, 'zh-CN'),
    words: said('身份证'),
    alone: any,
  },
  {
    name: 'kr-rrn',
    shape: /\b\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-[1-8]\d{6}\b/g,
    check: ownDigits,
    words: any,
    alone: any,
  },
  { name: 'cl-rut', shape: /\b\d{1,2}\.\d{3}\.\d{3}-[\dK]\b/gi, check: rut, words: said('rut'), alone: any },
  {
    name: 'mx-curp',
    shape:
      /\b[A-Z][AEIOUX][A-Z]{2}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[HM][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z\d]\d\b/gi,
    check: ownDigits,
    words: any,
    alone: any,
  },
]

/** One detector for an id of one country. */
export function nationalId(id: NationalId): Detector {
  return {
    name: id.name,
    find: (text, place) => {
      if (traitsOf(text).digits < (id.digits ?? 6)) return []
      return [...text.matchAll(id.shape)].flatMap((match) => hitOf(id, text, match, place))
    },
  }
}

function hitOf(id: NationalId, text: string, match: RegExpExecArray, place: Place): Hit[] {
  const [start, end] = [match.index, match.index + match[0].length]
  const compact = match[0].replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase()
  if (id.alone?.test(match[0]) !== true && !speaksOf(id.words, text, start, place)) return []
  // Beside a dot or a hyphen it is a piece of something longer, such as a UUID.
  if (/[\w.][-.]$|[-+]$/.test(text.slice(Math.max(0, start - 2), start)) || /^[-.]\w/.test(text.slice(end, end + 2)))
    return []
  return id.check(compact) ? [{ start, end, by: id.name }] : []
}

/** All ids of all countries. */
export const anyNationalId: Detector = {
  name: 'national-id',
  find: (text, place) => longestHits(nationalIds.flatMap((id) => nationalId(id).find(text, place))),
}
