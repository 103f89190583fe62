/** Runs on servers of the tests are opened as those on the examples are. */
// biome-ignore lint/performance/noBarrelFile: the tests' one way to what the examples run on
export { openStage, proveAll, type Reach, type Wanted } from '../../examples/shared/stage.ts'
