import type { Context, Found } from '../system/context.js'
import type { Finding, StageResult } from '../verdict/report.js'
import { RULES, type Track } from '../verdict/rules.js'
import { levelOf, type RuleLevels } from '../verdict/verdict.js'

type Name = StageResult['name']

const TITLES: Record<Name, string> = {
  provenance: 'provenance: is the record complete?',
  data: 'data: are these the recorded bytes?',
  environment: 'environment: rebuild the image and compare',
  evaluation: 'evaluation: replay inside the rebuild',
}

/** Keeps the books of one model's stages: findings with their levels, status, seconds. */
export class Stages {
  readonly results: StageResult[] = []
  readonly findings: Finding[] = []

  constructor(
    private readonly context: Context,
    private readonly model: string,
    private readonly track: Track,
    private readonly levels: RuleLevels,
  ) {}

  /** Runs a stage and folds its findings in; none is dropped because another came first. */
  async run<T extends { findings: readonly Found[]; summary: string }>(
    name: Name,
    stage: () => Promise<T>,
  ): Promise<T> {
    const begun = this.context.now()
    this.context.progress.start(`${this.model} · ${TITLES[name]}`)
    try {
      const result = await stage()
      const own = result.findings.map((found) => this.judge(found)).filter(({ level }) => level !== 'off')
      this.findings.push(...own)
      this.results.push({
        name,
        status: statusOf(own),
        summary: result.summary,
        seconds: Math.round(this.context.now() - begun) / 1000,
      })
      return result
    } finally {
      this.context.progress.end()
    }
  }

  /** Says of stages that they did not run, and why. */
  skip(names: readonly Name[], why: string): void {
    for (const name of names) this.results.push({ name, status: 'not-run', summary: why, seconds: 0 })
  }

  /** Whether a finding so far is an error in production: then the costly stages would prove nothing. */
  blocked(): boolean {
    return this.findings.some(({ rule }) => levelOf(rule, 'production', this.levels) === 'error')
  }

  private judge(found: Found): Finding {
    return {
      ...found,
      level: levelOf(found.rule, this.track, this.levels),
      remedy: found.remedy ?? RULES[found.rule].remedy,
    }
  }
}

function statusOf(findings: readonly Finding[]): StageResult['status'] {
  const errors = findings.filter(({ level }) => level === 'error')
  if (errors.some(({ rule }) => RULES[rule].consequence !== 'could-not-check')) return 'fail'
  if (errors.length > 0) return 'could-not-check'
  return findings.length > 0 ? 'warn' : 'pass'
}
