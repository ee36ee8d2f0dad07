import * as core from '@actions/core'
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readEvent } from './action/event.js'
import { fetchMissing } from './action/fetch.js'
import { describeFailure } from './action/failure.js'
import { loadInputs, type Inputs } from './action/inputs.js'
import { logProgress } from './action/progress.js'
import { publishFailure, publishReport, reportFailure } from './action/publish/index.js'
import { type Publication } from './action/publish/publisher.js'
import { readRunner } from './action/environment.js'
import { errorText, ReprogateError } from './system/errors.js'
import { check } from './gate.js'
import { renderJson } from './report/json.js'
import { writeReportFile } from './system/report-file.js'
import type { Decision } from './verdict/report.js'

/** The runner asks to stop, waits 7.5 s and asks again: the gate has until then to clean up. */
const CLEAN_UP_MS = 7000

async function workingDirectory(workspace: string, path: string): Promise<string> {
  return realpath(resolve(workspace, path)).catch(() => {
    throw new ReprogateError('directory/missing', `There is no folder \`${path}\` in the workspace`)
  })
}

/** Decides first, publishes after: `decide` is called before anything leaves the runner. Never throws. */
async function run(inputs: () => Inputs, signal: AbortSignal, decide: (decision: Decision) => void) {
  const progress = logProgress((text) => process.stdout.write(text))
  let to: Publication | undefined
  try {
    const given = inputs()
    const runner = readRunner(process.env)
    const event = await readEvent(runner)
    to = { runner, event, inputs: given }
    const directory = await workingDirectory(runner.workspace, given['working-directory'])
    await fetchMissing(runner, event, { directory, token: given['github-token'] })
    const report = await check(
      {
        directory,
        config: given.config,
        models: given.models,
        track: given.track,
        rebuild: given.rebuild,
        occasion: event.occasion,
        training: { scheduled: ['schedule', 'workflow_dispatch'].includes(runner.eventName) },
      },
      { progress, signal },
    )
    progress.end()
    signal.throwIfAborted()
    decide(report.decision)
    const path = await writeReportFile(directory, renderJson(report)).catch((error: unknown) => {
      core.warning(`The report could not be written: ${errorText(error)}`)
      return ''
    })
    await publishReport({ report, path, to, progress })
  } catch (error) {
    progress.end()
    decide('fail')
    const failure = describeFailure(error, process.env)
    reportFailure(failure)
    if (!signal.aborted) await publishFailure({ failure, to })
  }
}

async function main(): Promise<void> {
  // Until there is a decision, every way out is a failure.
  process.exitCode = 1
  process.on('uncaughtException', (error) => {
    reportFailure(describeFailure(error, process.env))
    process.exit(1)
  })
  const cancelled = new AbortController()
  const cancel = () => {
    cancelled.abort(new ReprogateError('check/cancelled', 'The check was cancelled'))
    setTimeout(() => process.exit(1), CLEAN_UP_MS)
  }
  process.once('SIGINT', cancel).once('SIGTERM', cancel)

  const inputs = () => {
    const loaded = loadInputs(core.getInput)
    // Whatever is started from here on has no business with the token.
    delete process.env['INPUT_GITHUB-TOKEN']
    return loaded
  }
  await run(inputs, cancelled.signal, (decision) => {
    process.exitCode = decision === 'fail' ? 1 : 0
  })
  // Open connections and waiting retries must not keep the job.
  process.stdout.write('', () => process.exit())
}

await main()
