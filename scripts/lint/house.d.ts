import type { Rule } from 'eslint'

/** What each room may import, from the cellar up. */
export declare const ROOMS: Readonly<Record<string, readonly string[]>>
declare const house: { rules: Record<string, Rule.RuleModule> }
export default house
