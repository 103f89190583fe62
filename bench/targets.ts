// npm run bench -- targets [NAME…]: proves charters on products that nobody here wrote; fails when findings differ from those
// known by hand (docs/targets.md).
import { directus, slackDirectus } from './targets/directus/directus.ts'
import { serverest } from './targets/serverest/serverest.ts'
import { folderOf, foundIn, install, isInstalled, proveTarget, type Report, type Target } from './targets/target.ts'

const wanted = process.argv.slice(2)
const targets = [serverest, directus, slackDirectus].filter(
  ({ folder }) => wanted.length === 0 || wanted.includes(folder),
)
for (const target of targets) {
  if (!isInstalled(target)) install(target)
  const running = await target.start(folderOf(target))
  try {
    if (!tell(target, proveTarget(target, running))) process.exitCode = 1
  } finally {
    await running.close()
  }
}

function tell(target: Target, report: Report): boolean {
  const found = foundIn(report)
  const missed = target.expected.filter((each) => !found.includes(each))
  const wrong = found.filter((each) => !target.expected.includes(each))
  const count = (verdict: string): number => report.cells.filter((cell) => cell.verdict === verdict).length
  console.log(target.name)
  console.log(`  ${count('proven')} attempts proven, ${count('held')} held, ${count('not-reached')} not reached`)
  console.log(`  ${report.requests} requests, ${(report.ms / 1000).toFixed(1)} s`)
  for (const each of found) console.log(`  ${wrong.includes(each) ? 'not known' : 'true     '}  ${each}`)
  for (const each of missed) console.log(`  missed     ${each}`)
  return missed.length === 0 && wrong.length === 0
}
