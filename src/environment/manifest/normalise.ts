/**
 * What two honest rebuilds of one Dockerfile differ in, and how each is made comparable. Measured on
 * rebuilds by BuildKit and buildah on different days; everything that is not in this table counts.
 *
 * The table is part of the ruleset `env-v1`: whoever changes it changes the name of the ruleset too,
 * or hashes recorded earlier would look like drift.
 */
export const RULESET = 'env-v1'

/** The content counts, without the part that changes. */
export type Masking = Exclude<Treatment, 'compare' | 'ignore' | 'presence'>

export type Treatment =
  /** Byte for byte: an exception from a later rule. */
  | 'compare'
  /** As if it were not there. */
  | 'ignore'
  /** That it is there counts, its bytes do not. */
  | 'presence'
  /** The content, without the part that changes. */
  | 'pyc'
  | 'shadow'
  | 'keystore'
  | 'r-description'
  | 'conda'

export interface NormalisationRule {
  readonly treatment: Treatment
  /** Globs on the path without a leading slash: `*` within a name, `**` over folders, `{a,b}`. */
  readonly paths: readonly string[]
  readonly why: string
}

/** The first rule that matches a path is the one that holds. */
export const NORMALISATION: readonly NormalisationRule[] = [
  {
    treatment: 'ignore',
    paths: [
      '.dockerenv',
      'etc/{hosts,hostname,resolv.conf,mtab}',
      '{proc,sys,dev}',
      '{proc,sys,dev,run,tmp}/**',
    ],
    why: 'made by the engine for each container, or empty when it starts',
  },
  {
    treatment: 'ignore',
    paths: ['var/log/{dpkg,alternatives}.log', 'var/log/apt/*', 'var/lib/apt/lists/**', 'var/lib/dpkg/*-old'],
    why: 'dates, and backups of what is compared itself',
  },
  {
    treatment: 'ignore',
    paths: [
      'var/cache/apt/*pkgcache.bin',
      'var/cache/ldconfig/aux-cache',
      'var/cache/{fontconfig,man,debconf,dnf,yum}/**',
    ],
    why: 'caches with times and inode numbers',
  },
  {
    treatment: 'ignore',
    paths: [
      'etc/{passwd,group,gshadow,subuid,subgid}-',
      'lib/apk/db/scripts.tar',
      'var/lib/dnf/history.sqlite*',
    ],
    why: 'backups and histories of package managers',
  },
  {
    treatment: 'ignore',
    paths: ['**/conda-meta/history', '**/Meta/package.rds', '**/.git/index', '**/.git/logs/**'],
    why: 'dates of the installation',
  },
  {
    treatment: 'ignore',
    paths: ['{root,home/*}/.npm/{_cacache,_logs}/**', '**/node_modules/.cache/**'],
    why: 'caches of npm',
  },
  {
    treatment: 'compare',
    paths: ['{root,home/*}/.cache/{huggingface,torch}{,/**}'],
    why: 'weights and data that a build fetches decide the result',
  },
  { treatment: 'ignore', paths: ['{root,home/*}/.cache/**'], why: 'caches with dates, in any order' },
  {
    treatment: 'ignore',
    paths: ['etc/ssh/ssh_host_*', 'etc/ssl/{certs,private}/ssl-cert-snakeoil.*'],
    why: 'random keys, made anew by every build; a finding of its own says so',
  },
  {
    treatment: 'presence',
    paths: ['etc/machine-id', 'var/lib/dbus/machine-id'],
    why: 'random',
  },
  {
    treatment: 'presence',
    paths: [
      '{var/lib,usr/share,usr/lib/sysimage}/rpm/{Packages,Packages.db,rpmdb.sqlite,rpmdb.sqlite-shm,rpmdb.sqlite-wal}',
    ],
    why: 'time of installation; the files that the packages have installed are compared themselves',
  },
  { treatment: 'shadow', paths: ['etc/shadow', 'etc/shadow-'], why: 'salt, and date of the last change' },
  { treatment: 'keystore', paths: ['etc/ssl/certs/java/cacerts'], why: 'dates of the entries' },
  { treatment: 'r-description', paths: ['**/DESCRIPTION'], why: 'date and builder of an R package' },
  { treatment: 'conda', paths: ['**/conda-meta/*.json'], why: 'where conda linked the package from' },
  { treatment: 'pyc', paths: ['**/*.pyc'], why: 'time and size of the source in the header' },
]

/** Private keys that a build made: everybody who can pull the image has them. */
export const PRIVATE_KEY = /^etc\/(?:ssh\/ssh_host_[^/]*_key|ssl\/private\/ssl-cert-snakeoil\.key)$/

export function globSource(glob: string): string {
  return glob.replace(/[.+^$()|[\]\\]/g, '\\$&').replace(/\*\*\/|\*\*|\*|\{|\}|,/g, (token) => {
    if (token === '**/') return '(?:.*/)?'
    if (token === '**') return '.*'
    if (token === '*') return '[^/]*'
    return token === '{' ? '(?:' : token === '}' ? ')' : '|'
  })
}

const compiled = NORMALISATION.map(({ treatment, paths }) => ({
  treatment,
  pattern: new RegExp(`^(?:${paths.map(globSource).join('|')})$`, 's'),
}))

/** What the table says about a path (latin1 text, no leading slash); null: compared as it is. */
export function treatmentOf(path: string): Exclude<Treatment, 'compare'> | null {
  const treatment = compiled.find(({ pattern }) => pattern.test(path))?.treatment
  return treatment === undefined || treatment === 'compare' ? null : treatment
}
