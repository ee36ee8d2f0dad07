import { rulesOf } from './rule.js'

export const WAIVER_RULES = rulesOf('waiver', {
  expired: {
    kind: 'risk',
    title: 'Waiver ran out',
    why: 'Somebody vouched for the finding until a day that is over, so it counts again.',
    remedy: 'Correct what was waived, or renew the waiver in the policy with a reason that still holds.',
    level: 'warn',
  },
})
