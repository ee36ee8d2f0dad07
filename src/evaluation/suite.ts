import { harnessTasks, readSuite, samplesPath, type SuiteRun } from '../results/suites/suite.js'
import { takeSamples, type MetricsOutput } from './outputs.js'

/** Tasks whose samples are read. */
const MOST_TASKS = 100

/** What a suite of prompts left in a workspace; undefined if the metrics are of none. */
export async function takeSuite(
  workspace: string,
  { path, bytes }: MetricsOutput,
): Promise<SuiteRun | undefined> {
  const samples = new Map<string, Buffer>()
  for (const task of (harnessTasks(bytes) ?? []).slice(0, MOST_TASKS)) {
    const taken = await takeSamples(workspace, samplesPath(path, task))
    if (taken.ok) samples.set(task, taken.value)
  }
  return readSuite(bytes, (task) => samples.get(task))
}
