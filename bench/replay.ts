// npm run bench -- replay [--data FOLDER] [--only PART]: recorded runs of agents, under attack and not, decided call by call.
import { dataFolder } from './replay/data.ts'
import { reportDojo } from './replay/dojo-report.ts'

const args = process.argv.slice(2)
const folder = dataFolder(args)
if (folder === undefined) {
  console.error('the recorded runs are not there: name their folder with --data FOLDER or LOCKSTEP_REPLAY_DATA')
  process.exitCode = 1
} else {
  console.log(await reportDojo(folder))
}
