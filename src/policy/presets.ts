import type { RuleId } from '../verdict/rules/index.js'
import type { Level } from '../verdict/rules/rule.js'

/** What a team asks for by one word. Its own `rules` win, and its own `required` come on top. */
export interface Preset {
  rules: Partial<Record<RuleId, Level>>
  /** Fields of the record, as `run.rationale`. */
  required: readonly string[]
}

/**
 * - `minimal`: what a result is and what it came from; the rest is told.
 * - `standard`: the built-in levels.
 * - `strict`: what else is recorded, and no doubt about the files of a run.
 * - `mlperf`: an integer seed for every run, not used by two runs (MLPerf training rules, “Random numbers”).
 * - `neurips`: the questions of the NeurIPS paper checklist about reproducibility; a “no” is a waiver.
 */
export const PRESETS = {
  minimal: {
    rules: {
      'model/digest-missing': 'warn',
      'data/digest-missing': 'warn',
      'environment/image-missing': 'warn',
      'environment/hash-missing': 'warn',
      'hyperparameters/value-missing': 'warn',
      'data/licence-missing': 'off',
    },
    required: [],
  },
  standard: { rules: {}, required: [] },
  strict: {
    rules: {
      'claims/unreadable': 'error',
      'data/licence-missing': 'error',
      'record/unknown-key': 'error',
      'seeds/reused': 'error',
      'seeds/changed': 'error',
      'hyperparameters/changed': 'error',
      'data/changed': 'error',
      'metrics/changed': 'error',
    },
    required: ['code.repository', 'data.source', 'environment.platform', 'run.rationale'],
  },
  mlperf: {
    rules: { 'seeds/not-integer': 'error', 'seeds/reused': 'error', 'claims/unreadable': 'error' },
    required: ['run.by'],
  },
  neurips: {
    rules: { 'data/licence-missing': 'error', 'metrics/spread-missing': 'error' },
    required: ['run.command', 'run.seconds', 'environment.hardware', 'data.split', 'data.source'],
  },
} satisfies Record<string, Preset>

export const PRESET_NAMES = Object.keys(PRESETS) as [keyof typeof PRESETS, ...(keyof typeof PRESETS)[]]
