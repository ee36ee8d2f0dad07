import { moveIndex } from './moved-index.js'
import type { Scenario } from './scenario.js'

/** Small packages that the evaluation does not load: each is another one the day after, too. */
const BYSTANDERS: Readonly<Record<string, readonly [string, string]>> = {
  attrs: ['23.2.0', '24.2.0'],
  certifi: ['2024.2.2', '2024.8.30'],
  click: ['8.1.7', '8.1.8'],
  cycler: ['0.11.0', '0.12.1'],
  filelock: ['3.13.1', '3.16.1'],
  fsspec: ['2024.2.0', '2024.10.0'],
  idna: ['3.7', '3.10'],
  iniconfig: ['2.0.0', '2.1.0'],
  packaging: ['24.0', '24.2'],
  platformdirs: ['4.1.0', '4.3.6'],
  pluggy: ['1.4.0', '1.5.0'],
  pyparsing: ['3.1.1', '3.2.0'],
  pytz: ['2024.1', '2024.2'],
  six: ['1.16.0', '1.17.0'],
  tabulate: ['0.8.10', '0.9.0'],
  tqdm: ['4.66.1', '4.67.1'],
  tzdata: ['2024.1', '2024.2'],
  urllib3: ['2.2.1', '2.2.3'],
  zipp: ['3.17.0', '3.21.0'],
}

/** Twenty packages moved on; one of them made the difference. */
export const ONE_AMONG_TWENTY: Scenario = {
  name: 'one package among twenty that changed',
  arrange: (place) => moveIndex(place, { repository: 'twenty', others: BYSTANDERS }),
  verdict: 'not-reproduced',
  rules: ['environment/package-differs', 'evaluation/metric-differs', 'evaluation/prediction-differs'],
  names: [
    'scikit-learn 1.5.2 → 1.6.1 alone accounts for it',
    'pin scikit-learn==1.5.2',
    'among 20 differences',
    'tqdm',
  ],
}
