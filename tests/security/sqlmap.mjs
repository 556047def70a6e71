// sqlmap tries every parameter of every operation of an OpenAPI document.
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Asker, requests } from './requests.mjs'

// run starts sqlmap on one request and gives what it said.
const run = (file, seconds, level, out) => new Promise((resolve, reject) => {
  let said = ''
  const tool = spawn('sqlmap', ['-r', file, '--batch', '--level', String(level), '--risk', String(level > 1 ? 2 : 1), '--technique', level > 1 ? 'BEUST' : 'BEU',
    '--dbms', 'PostgreSQL', '--ignore-code', '*', '--flush-session', '--disable-coloring', '--output-dir', out, '--timeout', '20', '--retries', '1', '--ignore-stdin', '--answers', 'keep testing=Y'], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TERM: 'dumb' } })
  const late = setTimeout(() => tool.kill('SIGKILL'), seconds * 1000)
  tool.stdout.on('data', chunk => { said += chunk })
  tool.stderr.on('data', chunk => { said += chunk })
  tool.on('error', reject)
  tool.on('close', () => { clearTimeout(late); resolve(said) })
})

// firstToLet gives the token with which a request is let through, else the
// first, and the answer: [token, status, text].
async function firstToLet (base, request, tokens) {
  let first
  for (const token of tokens) {
    const answer = await fetch(base + request.path.replaceAll('*', ''), {
      method: request.method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...unmarked(request.headers) },
      body: request.plain && JSON.stringify(request.plain)
    })
    const text = (await answer.text()).slice(0, 2000)
    first ??= [token, answer.status, text]
    if (![401, 403, 404].includes(answer.status)) return [token, answer.status, text]
  }
  return first
}
const unmarked = headers => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replaceAll('*', '')]))

// sqlmap gives a row of the summary, what was found, and a line for each
// operation. Two requests are tried at once; seconds bounds all of them.
export async function sqlmap ({ base, document, prefix = '', tokens, spared, seconds, level = 1, out, log = () => {} }) {
  mkdirSync(out, { recursive: true })
  const end = Date.now() + seconds * 1000
  const ask = new Asker(base + prefix, tokens, spared)
  const all = await requests(document, prefix, ask)
  const statuses = new Map()
  const findings = []
  let there = 0
  let tried = 0
  let left = 0
  const queue = [...all.entries()]
  const work = async () => {
    for (let next; (next = queue.shift());) {
      const [i, request] = next
      there += request.parameters.length
      const [token, status, text] = await firstToLet(base, request, tokens)
      if (request.parameters.length === 0) continue
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      const remaining = (end - Date.now()) / 1000
      if (remaining < 5) { log(`${request.name}: ${status} ${status >= 400 ? text : ''}, not tried`); left += request.parameters.length; continue }
      const file = join(out, `${i}.http`)
      writeFileSync(file, `${request.method} ${request.path} HTTP/1.1\nHost: ${new URL(base).host}\nAuthorization: Bearer ${token}\n` +
        (request.body ? 'Content-Type: application/json\n' : '') + Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\n`).join('') + `\n${request.body ?? ''}`)
      const said = await run(file, Math.min(remaining, 150), level, join(out, String(i)))
      writeFileSync(join(out, `${i}.log`), `${request.name} ${status} ${text}\n${said}`)
      const done = new Set([...said.matchAll(/(\S+ parameter '[^']+') (?:does not seem to be injectable|is vulnerable)/g)].map(m => m[1]))
      tried += Math.min(done.size, request.parameters.length)
      left += Math.max(0, request.parameters.length - done.size)
      log(`${request.name}: ${status}, ${done.size} of ${request.parameters.length}`)
      for (const [, place] of said.matchAll(/^Parameter: (.+)$/gm)) findings.push({ tool: 'sqlmap', what: `${request.name}: ${named(place, request)}` })
      for (const [, hint] of said.matchAll(/(heuristic \(\w+\) test shows that .* might be .*)$/gm)) findings.push({ tool: 'sqlmap', what: `${request.name}: ${hint}` })
    }
  }
  await Promise.all([work(), work()])
  const answered = [...statuses].sort((a, b) => a[0] - b[0]).map(([status, n]) => `${n} with ${status}`).join(', ')
  return {
    rows: [{ tool: 'sqlmap', tried: `${all.length} operations, ${tried} of ${there} parameters (${left} not tried); as they stand the requests are answered: ${answered}` }],
    findings, tried, left
  }
}

// named says which parameter sqlmap means by the number of a mark.
function named (place, request) {
  const n = Number(/#(\d+)\*/.exec(place)?.[1])
  if (!n) return place
  const url = [...request.path.matchAll(/\*/g)].length
  const at = place.includes('(URI)') ? n - 1 : place.includes('POST') || place.includes('PUT') || place.includes('JSON') ? url + n - 1 : -1
  return request.parameters[at] ?? place
}
