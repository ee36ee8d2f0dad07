import { z } from 'zod'

const list = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? [])
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const keys = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => Object.keys(value ?? {}).sort())

/** What `docker image inspect` says, as far as it is used. */
const imageSchema = z.object({
  Id: z.string(),
  Os: text,
  Architecture: text,
  Variant: text,
  RepoTags: list,
  RepoDigests: list,
  RootFS: z.object({ Layers: list }),
  Config: z.object({
    Env: list,
    Entrypoint: list,
    Cmd: list,
    User: text,
    WorkingDir: text,
    Shell: list,
    Volumes: keys,
    ExposedPorts: keys,
    StopSignal: text,
    /** Instructions that run in a build from this image. */
    OnBuild: list,
    Labels: z
      .record(z.string(), z.string())
      .nullish()
      .transform((value) => value ?? {}),
  }),
})
export type Image = z.infer<typeof imageSchema>

export const parseImage = (json: string): Image => imageSchema.parse(JSON.parse(json))
