import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { asRecorded } from './data.ts'

type Row = Readonly<Record<string, unknown>>
type Rows = Readonly<Record<string, Row>>

/** What there is: the starting database, and over it what the recorded results have changed. */
export interface World {
  /** An object as the charter's `read` shows it; undefined when there is none. */
  look(type: string, key: string): Row | undefined
  /** Takes over what a call was answered. */
  learn(tool: string, args: Row, result: unknown): void
}

/** Opens the starting database of a domain; every run has a world of its own. */
export function openWorlds(folder: string, domain: 'airline' | 'retail'): () => World {
  const database = asRecorded<Readonly<Record<string, Rows>>>(
    gunzipSync(readFileSync(join(folder, `tau/db-${domain}.json.gz`))).toString('utf8'),
  )
  return domain === 'airline' ? () => airline(database) : () => retail(database)
}

function airline({ reservations = {}, users = {}, flights = {} }: Readonly<Record<string, Rows>>): World {
  const changed = new Map<string, Row>()
  const cabins = new Map<string, unknown>()
  const reservation = (key: string): Row | undefined => changed.get(key) ?? own(reservations, key)
  return {
    look(type, key) {
      if (type === 'flight') return own(flights, key)
      if (type === 'customer') {
        const user = own(users, key)
        return user === undefined ? undefined : { ...user, user_id: key, trips: tripsOf(user, reservation) }
      }
      const found = reservation(key)
      return found === undefined
        ? undefined
        : { ...found, flights: rowsIn(found['flights']).map((leg) => ({ ...leg, status: statusOf(flights, leg) })) }
    },
    learn(tool, args, result) {
      if (!isRow(result) || typeof result['reservation_id'] !== 'string') return
      const key = result['reservation_id']
      // The first version of the tool does not store the cabin it was given.
      if (tool === 'update_reservation_flights') cabins.set(key, args['cabin'])
      changed.set(key, cabins.has(key) ? { ...result, cabin: cabins.get(key) } : result)
    },
  }
}

function tripsOf(user: Row, reservation: (key: string) => Row | undefined): readonly Row[] {
  const keys = Array.isArray(user['reservations']) ? user['reservations'] : []
  return keys.flatMap((key) => {
    const trip = reservation(String(key))
    return trip === undefined
      ? []
      : [{ cabin: trip['cabin'], insurance: trip['insurance'], passengers: rowsIn(trip['passengers']).length }]
  })
}

function statusOf(flights: Rows, { flight_number, date }: Row): unknown {
  const dates = own(flights, String(flight_number))?.['dates']
  const day = isRow(dates) ? dates[String(date)] : undefined
  return isRow(day) ? day['status'] : 'unknown'
}

function retail({ orders = {}, users = {}, products = {} }: Readonly<Record<string, Rows>>): World {
  const changed = new Map<string, Row>()
  return {
    look(type, key) {
      if (type === 'customer') {
        const user = own(users, key)
        return user === undefined ? undefined : { ...user, user_id: key }
      }
      const found = changed.get(key) ?? own(orders, key)
      return found === undefined
        ? undefined
        : { ...found, items: rowsIn(found['items']).map((each) => ({ ...each, variants: variantsOf(products, each) })) }
    },
    learn(_, __, result) {
      if (isRow(result) && typeof result['order_id'] === 'string') changed.set(result['order_id'], result)
    },
  }
}

function variantsOf(products: Rows, { product_id }: Row): Row {
  const variants = own(products, String(product_id))?.['variants']
  return Object.fromEntries(
    Object.entries(isRow(variants) ? variants : {}).map(([id, each]) => [
      id,
      isRow(each) && each['available'] === true,
    ]),
  )
}

function own(rows: Rows, key: string): Row | undefined {
  return Object.hasOwn(rows, key) ? rows[key] : undefined
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function rowsIn(value: unknown): readonly Row[] {
  return Array.isArray(value) ? value.filter(isRow) : []
}
