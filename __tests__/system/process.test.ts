import { describe, expect, test } from '@jest/globals'
import { text } from 'node:stream/consumers'
import { createRunner } from '../../src/system/process.js'

const run = createRunner(new AbortController().signal)
const node = (code: string, options = {}) => run([process.execPath, '-e', code], options)

describe('the runner', () => {
  test('gives code, output and the end of standard error', async () => {
    expect(await node('console.log("out"); console.error("err"); process.exit(3)')).toMatchObject({
      code: 3,
      stderr: 'err\n',
      stdout: Buffer.from('out\n'),
      timedOut: false,
    })
  })
  test('hands arguments on as they are: there is no shell', async () => {
    const { stdout } = await run([process.execPath, '-p', 'process.argv[1]', '$(id); `id` && "x" *'])
    expect(stdout.toString()).toBe('$(id); `id` && "x" *\n')
  })
  test('caps what it keeps, and still lets the program end', async () => {
    const result = await node('process.stdout.write("x".repeat(5e6))', { outputCap: 1000 })
    expect([result.stdout.length, result.truncated, result.code]).toEqual([1000, true, 0])
  })
  test('cuts endless lines, and joins what comes in pieces', async () => {
    const lines: string[] = []
    await node('process.stdout.write("é".repeat(20000)); process.stdout.write("\\nsecond\\r\\nlast")', {
      onLine: (line: string) => lines.push(line),
    })
    expect(lines.map((line) => line.length)).toEqual([4098, 6, 4])
    expect(lines.slice(1)).toEqual(['second', 'last'])
  })
  test('stops at the time limit, with all that was started', async () => {
    const begun = performance.now()
    const result = await run(['sh', '-c', 'sleep 60 & sleep 60'], { timeout: 200 })
    expect(result.timedOut).toBe(true)
    expect(performance.now() - begun).toBeLessThan(10_000)
  })
  test('is cancelled by its signal, with its reason', async () => {
    const abort = new AbortController()
    const running = createRunner(abort.signal)([process.execPath, '-e', 'setInterval(() => {}, 1000)'])
    setTimeout(() => abort.abort(new Error('enough')), 100)
    await expect(running).rejects.toThrow('enough')
    await expect(createRunner(abort.signal)(['true'])).rejects.toThrow('enough')
  })
  test('says which program is missing', async () => {
    await expect(run(['no-such-program-here'])).rejects.toMatchObject({
      code: 'program/missing',
      message: '`no-such-program-here` is not installed',
    })
  })
  test('streams output, takes input, and hands a reader’s error on', async () => {
    let seen = ''
    await node('process.stdin.pipe(process.stdout)', {
      input: 'hello',
      onStdout: async (stream: NodeJS.ReadableStream) => void (seen = await text(stream)),
    })
    expect(seen).toBe('hello')
    await expect(
      node('setInterval(() => console.log(1), 1)', {
        onStdout: () => Promise.reject(new Error('unreadable')),
      }),
    ).rejects.toThrow('unreadable')
  })
})
