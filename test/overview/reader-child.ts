// An overview in a process that kills itself once it has read so far; says where it began. Started by killed.test.ts alone.
import { writeSync } from 'node:fs'
import { openOverview } from '../../src/overview/overview.ts'

const [config = '', far = ''] = process.argv.slice(2)
const overview = openOverview(JSON.parse(config), (why) => {
  throw new Error(why)
})
const endAt = (size: number): void => {
  if (size >= Number(far)) process.kill(process.pid, 'SIGKILL')
}
overview.watch(({ size }) => endAt(size))
const { size } = await overview.reached()
writeSync(1, String(size))
endAt(size)
