/** Every endpoint of the console's API. */
import { newsEndpoints } from './area/news.ts'
import { recordEndpoints } from './area/record.ts'
import { sessionEndpoints } from './area/session.ts'
import { switchEndpoints } from './area/switches.ts'

export const endpoints = {
  ...sessionEndpoints,
  ...newsEndpoints,
  ...recordEndpoints,
  ...switchEndpoints,
} as const

/** What the browser's client is typed by. */
export type Endpoints = typeof endpoints
