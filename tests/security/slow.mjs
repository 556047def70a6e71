// slowhttptest opens 2,000 connections, which send or read slowly, while a
// normal client, signed in and from another address, reads a list.
import { spawn } from 'node:child_process'
import { createWriteStream, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'

export const connections = 2000
const modes = [
  { name: 'slow heads', words: ['-H', '-i', '5', '-x', '24'], path: '/sign-in' },
  { name: 'slow bodies', words: ['-B', '-i', '5', '-s', '8192', '-x', '10'], path: '/sign-in' },
  { name: 'slow reading', words: ['-X', '-w', '1', '-y', '512', '-n', '2', '-z', '5', '-k', '3'], path: '/assets/app.css' }
]

// once reads the list once and gives how many milliseconds that took.
const once = (house, cookie) => new Promise((resolve, reject) => {
  const begun = process.hrtime.bigint()
  get(`${house.base}/reviews`, { headers: { cookie }, localAddress: '127.0.0.2', agent: false, timeout: 20_000 }, answer => {
    answer.resume()
    answer.on('error', reject)
    answer.on('end', () => answer.statusCode === 200 ? resolve(Number(process.hrtime.bigint() - begun) / 1e6) : reject(new Error(`status ${answer.statusCode}`)))
  }).on('error', reject).on('timeout', function () { this.destroy(new Error('no answer in 20 s')) })
})

// measure reads the list, six times a second at most, until it is told to end.
async function measure (house, cookie, until) {
  const took = []
  const failed = []
  for (let over = false; !over;) {
    await once(house, cookie).then(ms => took.push(ms), error => failed.push(error.message))
    over = await Promise.race([until.then(() => true), new Promise(resolve => setTimeout(resolve, 150, false))])
  }
  took.sort((a, b) => a - b)
  const at = share => took.length ? Math.round(took[Math.min(took.length - 1, Math.floor(took.length * share))]) : Infinity
  return { reads: took.length, failed, p50: at(0.5), p99: at(0.99) }
}

const attack = (house, mode, seconds, out) => new Promise((resolve, reject) => {
  const prefix = join(out, `slow-${mode.file}`)
  const log = createWriteStream(`${prefix}.log`)
  const tool = spawn('slowhttptest', [...mode.words, '-c', String(connections), '-r', '500', '-l', String(seconds), '-g', '-o', prefix, '-u', house.base + mode.path, '-p', '10'])
  tool.stdout.pipe(log)
  tool.stderr.pipe(log)
  tool.on('error', reject)
  tool.on('close', () => {
    const rows = readFileSync(`${prefix}.csv`, 'utf8').trim().split('\n').slice(1).map(line => line.split(',').map(Number))
    resolve({ held: Math.max(0, ...rows.map(row => row[3])), last: rows.at(-1)?.[3] ?? 0 })
  })
})

// slow gives a row of the summary for each mode, and what was found.
export async function slow (house, as, seconds, out) {
  const rows = []
  const findings = []
  for (const [way, settings] of [['one address', {}], ['a proxy of ours', { SICRWYDD_PROXIES: '127.0.0.1/32' }]]) {
    await house.serve(settings)
    const cookie = await house.signIn(as)
    await measure(house, cookie, new Promise(resolve => setTimeout(resolve, 3000))) // warm
    const before = await measure(house, cookie, new Promise(resolve => setTimeout(resolve, 10_000)))
    const memory = house.memory()
    for (const mode of modes) {
      const under = attack(house, { ...mode, file: `${mode.name} ${way}`.replaceAll(' ', '-') }, seconds, out)
      const during = await measure(house, cookie, under)
      const { held, last } = await under
      const what = `${mode.name}, ${connections} connections by ${way}`
      rows.push({ tool: 'slowhttptest', tried: `${what}: ${held} held at most, ${last} at the end`, before, during })
      if (!house.runs()) findings.push({ tool: 'slowhttptest', what: `${what}: the program ended` })
      if (during.failed.length) findings.push({ tool: 'slowhttptest', what: `${what}: ${during.failed.length} reads of another failed, the first with ${during.failed[0]}` })
      if (during.p99 > Math.max(1000, 5 * before.p99)) findings.push({ tool: 'slowhttptest', what: `${what}: p99 of another ${during.p99} ms, ${before.p99} before` })
      if (held === 0) findings.push({ tool: 'slowhttptest', what: `${what}: no connection was made, so nothing was tried` })
    }
    rows.push({ tool: 'slowhttptest', tried: `by ${way}: the program held ${house.memory()} MB at most, ${memory} before` })
    await house.stop()
  }
  return { rows, findings }
}
