import { z } from 'zod'

/** Text of a report, which may be anybody's; a machine's name for its parts is short. */
const part = z.string().max(200)

/** Where the evaluation was replayed. */
export const machineSchema = z.strictObject({
  cpu: part.optional(),
  cores: z.int().positive().optional(),
  /** As `linux/amd64`, of the engine. */
  platform: part.optional(),
  /** The engine's version. */
  engine: part.optional(),
})
export type Machine = z.infer<typeof machineSchema>

const NAMES: Readonly<Record<keyof Machine, string>> = {
  cpu: 'CPU',
  cores: 'cores',
  platform: 'architecture',
  engine: 'container engine',
}

/** What one machine has otherwise than the other, as clauses; what one of them does not say is no difference. */
export const machineDifferences = (seen: Machine, here: Machine): string[] =>
  (Object.keys(NAMES) as (keyof Machine)[]).flatMap((name) => {
    const [there, ours] = [seen[name], here[name]]
    if (there === undefined || ours === undefined || there === ours) return []
    return [`${NAMES[name]}: ${there} in the report, ${ours} here`]
  })
