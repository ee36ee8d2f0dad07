import { expect, test } from '@jest/globals'
import { isRun } from '../../../src/provenance/sources/index.js'

test.each(['provenance.yml', 'dvc.lock', 'mlruns', 'mlflow.db#run=1f', 'wandb'])(
  '%s stands for a run',
  (path) => {
    expect(isRun(path)).toBe(true)
  },
)
test.each(['README.md', 'lightning_logs/version_0/hparams.yaml', 'outputs/.hydra/config.yaml', 'cog.yaml'])(
  '%s says something of a run, and is none',
  (path) => {
    expect(isRun(path)).toBe(false)
  },
)
